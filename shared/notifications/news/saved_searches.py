"""What is told to people who have saved a search.

The platform emits no such event: functions/notifications/tell_searchers.py finds out whose search a space matches that
was created or updated.
"""

from shared.notifications.entries import SPACE, News, known

MATCHED = "saved_search.matched"

NEWS = {
    MATCHED: News(
        kind="saved_search",
        title="New Match",
        client="{space} in {building} matches your search {search}",
        facts=(SPACE, known("building"), known("search"), known("saved_search_id")),
        changes=False,
    ),
}
