"""How the operations of files succeed: see tests/successes.py."""

from tests.cast import Asked, Cast
from tests.files.pictures import begin, picture, send, upload

BODIES = {
    "create_upload": {
        "purpose": "AVATAR",
        "file_name": "me.jpg",
        "content_type": "image/jpeg",
        "size_bytes": 12345,
    },
    "complete_upload": None,
    "get_upload": None,
    "download_file": None,
    "delete_upload": None,
}


class Successes(Cast):
    def create_upload(self) -> Asked:
        body = {
            "purpose": "SPACE_IMAGE",
            "file_name": "Reception.jpg",
            "content_type": "image/jpeg",
            "size_bytes": 1843200,
        }
        return {"as_": self.owner, "body": body}

    def complete_upload(self) -> Asked:
        content = picture(size=(1600, 1200))
        begun = begin(self.owner, content, file_name="Reception.jpg")
        send(begun, content)
        return {"as_": self.owner, "path": {"upload_id": begun["id"]}}

    def picture(self, purpose: str = "SPACE_IMAGE") -> str:
        """The id of a picture that the owner has uploaded."""
        return str(upload(self.owner, picture(size=(1600, 1200)), purpose=purpose).json["id"])

    def get_upload(self) -> Asked:
        return {"as_": self.owner, "path": {"upload_id": self.picture()}}

    delete_upload = get_upload

    def download_file(self) -> Asked:
        headers = {"accept": "application/json"}
        return {"as_": self.owner, "path": {"file_id": self.picture()}, "headers": headers}
