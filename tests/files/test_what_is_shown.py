"""Spaces, floors, organizations and people show files, by their ids; and what is shown cannot be deleted."""

import pytest

from functions.buildings.delete_building import delete_building
from functions.buildings.list_floors import list_floors
from functions.buildings.update_building import update_building
from functions.buildings.update_floor import update_floor
from functions.files.delete_upload import delete_upload
from functions.files.forget_files import forget_files
from functions.organizations.get_organization import get_organization
from functions.organizations.update_organization import update_organization
from functions.spaces.create_space import create_space
from functions.spaces.delete_space import delete_space
from functions.spaces.get_space import get_space
from functions.spaces.update_space import update_space
from functions.users.delete_account import delete_account
from functions.users.get_profile import get_profile
from functions.users.update_profile import update_profile
from shared.kit.catalog import Role
from tests.call import other_id
from tests.files.pictures import begin, pdf, picture, upload


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def files(owner):
    """Three pictures of the owner's."""
    return [upload(owner, picture()).json for _ in range(3)]


@pytest.fixture
def space(world, owner):
    return world.space(owner)


@pytest.fixture
def floor(world, owner, space):
    [row] = world.sql("SELECT floor_id, building_id FROM spaces WHERE id = %(id)s", id=space)
    return row


def delete(call, user, file):
    reply = call(delete_upload, as_=user, path={"upload_id": file["id"]})
    return reply.status, None if reply.status == 204 else reply.code


IN_USE, DELETED = (409, "FILE_IN_USE"), (204, None)


def test_a_space_shows_pictures_in_the_order_given(call, owner, space, files):
    ids = [files[number]["id"] for number in (2, 0, 1)]

    reply = call(update_space, as_=owner, path={"space_id": space}, body={"image_ids": ids})

    assert (reply.status, reply.json["images"]) == (200, [files[number]["url"] for number in (2, 0, 1)])
    assert call(get_space, path={"space_id": space}).json["images"] == reply.json["images"]


def test_a_new_space_shows_pictures(call, owner, floor, files):
    body = {
        "floor_id": floor["floor_id"],
        "name": "With pictures",
        "gross_sqft": 100,
        "usable_sqft": 90,
        "usage_type": "OFFICE",
        "image_ids": [files[0]["id"]],
    }

    reply = call(create_space, as_=owner, body=body)

    assert (reply.status, reply.json["images"]) == (201, [files[0]["url"]])
    assert delete(call, owner, files[0]) == IN_USE


def test_our_own_addresses_stand_for_the_same_files_and_others_stay_as_they_are(call, owner, space, files):
    elsewhere = "https://cdn.example.com/front.jpg"
    path = {"space_id": space}
    images = [files[1]["variants"]["thumbnail"], elsewhere, files[0]["url"]]

    reply = call(update_space, as_=owner, path=path, body={"images": images})

    assert reply.json["images"] == [files[1]["url"], elsewhere, files[0]["url"]]
    again = call(update_space, as_=owner, path=path, body={"images": reply.json["images"]})
    assert again.json["images"] == reply.json["images"]
    assert [delete(call, owner, file) for file in files] == [IN_USE, IN_USE, DELETED]


def test_what_is_shown_no_more_can_be_deleted(call, owner, space, files):
    path = {"space_id": space}
    call(update_space, as_=owner, path=path, body={"image_ids": [file["id"] for file in files[:2]]})
    assert delete(call, owner, files[0]) == IN_USE

    call(update_space, as_=owner, path=path, body={"name": "Another name"})
    assert delete(call, owner, files[0]) == IN_USE
    call(update_space, as_=owner, path=path, body={"image_ids": [files[1]["id"]]})
    assert (delete(call, owner, files[0]), delete(call, owner, files[1])) == (DELETED, IN_USE)
    assert call(update_space, as_=owner, path=path, body={"images": None}).json["images"] == []
    assert delete(call, owner, files[1]) == DELETED


@pytest.mark.parametrize("operation", [update_space, create_space])
def test_pictures_are_given_in_one_way_only(call, owner, floor, space, files, operation):
    body = {"images": ["https://cdn.example.com/front.jpg"], "image_ids": [files[0]["id"]]}
    if operation is create_space:
        body |= {"floor_id": floor["floor_id"], "name": "X", "gross_sqft": 9, "usable_sqft": 9, "usage_type": "OFFICE"}
    path = {"space_id": space} if operation is update_space else None

    reply = call(operation, as_=owner, path=path, body=body)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", ["image_ids"])


def test_a_picture_of_another_page_is_loaded_over_tls(call, owner, space):
    body = {"images": ["http://cdn.example.com/front.jpg"]}

    assert call(update_space, as_=owner, path={"space_id": space}, body=body).fields == ["images.0"]


def test_others_files_are_not_found(call, world, owner, space):
    stranger = world.owner()
    foreign = upload(stranger, picture()).json
    private = upload(owner, pdf(), purpose="CONTRACT_ATTACHMENT", content_type="application/pdf").json
    for body in (
        {"image_ids": [foreign["id"]]},
        {"images": [foreign["url"]]},
        {"image_ids": [str(other_id())]},
        {"images": [foreign["url"].replace(foreign["id"], str(other_id()))]},
        {"images": ["http://127.0.0.1:8000/media/space-images/x"]},
        {"image_ids": [private["id"]]},
    ):
        assert call(update_space, as_=owner, path={"space_id": space}, body=body).status == 404, body
    # An administrator sees both, and yet a space shows its own organization's files only.
    admin = world.user(Role.SUPER_ADMIN)
    body = {"image_ids": [foreign["id"]]}
    assert call(update_space, as_=admin, path={"space_id": space}, body=body).status == 404
    assert delete(call, stranger, foreign) == DELETED


def test_a_colleagues_picture_is_the_organizations(call, world, owner, space):
    file = upload(world.colleague(owner, Role.AGENT), picture()).json

    assert call(update_space, as_=owner, path={"space_id": space}, body={"image_ids": [file["id"]]}).status == 200


def test_files_for_another_purpose_and_unfinished_ones_are_not_shown(call, owner, space):
    logo = upload(owner, picture(), purpose="ORGANIZATION_LOGO").json
    unfinished = begin(owner, picture())

    replies = [
        call(update_space, as_=owner, path={"space_id": space}, body={"image_ids": [file["id"]]})
        for file in (logo, unfinished)
    ]

    assert [(reply.status, reply.code) for reply in replies] == [(400, "VALIDATION_ERROR"), (409, "FILE_NOT_READY")]


def test_a_floor_shows_its_plan(call, owner, floor):
    plan = upload(owner, pdf(), purpose="FLOOR_PLAN", content_type="application/pdf", file_name="3.pdf").json
    assert (plan["variants"], plan["url"].endswith(".pdf")) == (None, True)
    path = {"floor_id": floor["floor_id"]}

    reply = call(update_floor, as_=owner, path=path, body={"floor_plan_id": plan["id"]})

    assert reply.json["floor_plan_url"] == plan["url"]
    [listed] = call(list_floors, as_=owner, path={"building_id": floor["building_id"]}).json["data"]
    assert listed["floor_plan_url"] == plan["url"]
    assert delete(call, owner, plan) == IN_USE
    both = {"floor_plan_id": plan["id"], "floor_plan_url": "https://example.com/plan.pdf"}
    assert call(update_floor, as_=owner, path=path, body=both).fields == ["floor_plan_id"]
    assert call(update_floor, as_=owner, path=path, body={"floor_plan_id": None}).json["floor_plan_url"] is None
    assert delete(call, owner, plan) == DELETED


def test_an_organization_shows_its_logo(call, owner):
    logo = upload(owner, picture(), purpose="ORGANIZATION_LOGO").json

    reply = call(update_organization, as_=owner, body={"logo_id": logo["id"]})

    assert reply.json["logo_url"] == call(get_organization, as_=owner).json["logo_url"] == logo["url"]
    assert delete(call, owner, logo) == IN_USE
    assert call(update_organization, as_=owner, body={"logo_url": logo["url"]}).json["logo_url"] == logo["url"]
    assert delete(call, owner, logo) == IN_USE
    assert call(update_organization, as_=owner, body={"logo_url": None}).json["logo_url"] is None
    assert delete(call, owner, logo) == DELETED


def test_people_show_their_picture_until_they_delete_their_account(call, world, invoke, owner):
    person = world.colleague(owner)
    avatar = upload(person, picture(), purpose="AVATAR").json
    document = upload(person, picture(), purpose="IDENTITY_DOCUMENT").json
    kept = upload(person, picture()).json

    assert call(update_profile, as_=person, body={"avatar_id": avatar["id"]}).json["avatar_url"] == avatar["url"]
    assert call(get_profile, as_=person).json["avatar_url"] == avatar["url"]
    assert delete(call, person, avatar) == IN_USE

    assert call(delete_account, as_=person).status == 204
    [gone] = [event for event in world.event_details(person.id) if event["name"] == "user.deleted"]
    assert invoke(forget_files, gone, gone) == []
    assert [world.events(file["id"])[-1] for file in (avatar, document, kept)] == [
        "file.deleted",
        "file.deleted",
        "file.completed",
    ]


def test_what_is_deleted_shows_nothing_any_more(call, world, owner, floor, space, files):
    plan = upload(owner, picture(), purpose="FLOOR_PLAN").json
    call(update_space, as_=owner, path={"space_id": space}, body={"image_ids": [files[0]["id"]]})
    call(update_floor, as_=owner, path={"floor_id": floor["floor_id"]}, body={"floor_plan_id": plan["id"]})

    assert call(delete_space, as_=owner, path={"space_id": space}).status == 204
    assert (delete(call, owner, files[0]), delete(call, owner, plan)) == (DELETED, IN_USE)
    assert call(delete_building, as_=owner, path={"building_id": floor["building_id"]}).status == 204
    assert delete(call, owner, plan) == DELETED


def test_a_floor_that_is_removed_shows_nothing_any_more(call, world, owner):
    building = world.building(owner, floors=2)
    plan = upload(owner, picture(), purpose="FLOOR_PLAN").json
    path = {"building_id": building}
    top = call(list_floors, as_=owner, path=path).json["data"][1]["id"]
    call(update_floor, as_=owner, path={"floor_id": top}, body={"floor_plan_id": plan["id"]})

    assert call(update_building, as_=owner, path=path, body={"total_floors": 1}).status == 200
    assert delete(call, owner, plan) == DELETED
