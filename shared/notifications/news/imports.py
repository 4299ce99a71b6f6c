"""What is told to people who import a file.

functions/notifications/tell_importers.py finds them: an import is no deal.
"""

from shared.notifications.entries import News, known, plain

ENDED = "import.ended"

NEWS = {
    f"{ENDED}:failed": News(
        when=lambda data: bool(data["status"] == "FAILED"),
        kind="import_update",
        title="Import Failed",
        owner="The file {file_name} could not be imported",
        facts=(known("file_name"),),
        changes=False,
    ),
    ENDED: News(
        kind="import_update",
        title="Import Finished",
        owner="Of {total} rows of {file_name}, {succeeded} were imported and {failed} failed",
        facts=(known("file_name"), plain("total"), plain("succeeded"), plain("failed")),
        changes=False,
    ),
}
"""What happens to imports."""
