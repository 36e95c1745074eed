"""Setting up addresses at the API, and what somebody without business there is told."""

from __future__ import annotations

from countenance.recognition.webhooks.administration import MOST_ENDPOINTS
from receiving import Receiver
from subject_stage import SubjectStage

PATH = "/v1/webhooks"


def test_an_operator_sets_up_tests_pauses_rotates_and_removes(own: SubjectStage, receiver: Receiver) -> None:
    stage = own.stage
    made = stage.post("alice", PATH, {"url": f"{receiver.url}/a", "kinds": ["case.released", "webhook.test"]})
    assert made.status_code == 201, made.text
    hook, secret = made.json()["webhook"], made.json()["secret"]
    one = f"{PATH}/{hook['webhook_id']}"
    assert secret.startswith("whsec_")
    assert secret not in stage.call("alice", "GET", one).text
    announced = stage.post("alice", f"{one}/test", None).json()["announcement_id"]
    stage.countenance.webhooks.deliver()
    assert receiver.received[0].signed_by(secret)
    (told,) = stage.call("alice", "GET", f"{one}/deliveries").json()["deliveries"]
    assert (told["announcement_id"], told["state"], told["tries"][0]["status"]) == (
        announced,
        "delivered",
        204,
    )
    assert stage.post("alice", f"{one}/replays", {"delivery": told["delivery"]}).json() == {"replayed": 1}
    assert stage.post("alice", f"{one}/rotation", {"overlap_seconds": 60}).json()["secret"] != secret
    assert stage.post("alice", f"{one}/pause", {"paused": True}).json()["paused"] is not None
    assert stage.post("alice", f"{one}/test", None).status_code == 409
    assert stage.call("alice", "DELETE", one).status_code == 204
    assert stage.call("alice", "GET", one).status_code == 404


def test_an_address_inside_is_refused_where_the_operator_named_no_network(own: SubjectStage) -> None:
    for url in ("https://169.254.169.254/latest", "https://10.0.0.1/", "https://[::1]/"):
        refused = own.stage.post("alice", PATH, {"url": url})
        assert refused.status_code == 422, refused.text


def test_mallory_sees_and_changes_nothing_of_another_customer(own: SubjectStage, receiver: Receiver) -> None:
    stage = own.stage
    hook = stage.post("alice", PATH, {"url": receiver.url}).json()["webhook"]["webhook_id"]
    assert stage.call("mallory", "GET", PATH).json() == {"webhooks": []}
    for path in (f"{PATH}/{hook}", f"{PATH}/hook_{'0' * 32}"):
        assert stage.call("mallory", "GET", path).status_code == 404
        assert stage.call("mallory", "DELETE", path).status_code == 404
    assert stage.post("mallory", PATH, {"url": receiver.url, "customer_id": "bank"}).status_code == 404
    assert stage.post("bob", PATH, {"url": receiver.url}).status_code == 403


def test_a_customer_has_ten_addresses_and_an_administrator_names_whose(
    own: SubjectStage, receiver: Receiver
) -> None:
    stage = own.stage
    codes = [stage.post("alice", PATH, {"url": receiver.url}).status_code for _ in range(MOST_ENDPOINTS + 1)]
    assert codes == [201] * MOST_ENDPOINTS + [409]
    assert stage.post("olivia", PATH, {"url": receiver.url}).status_code == 404
    assert stage.post("olivia", PATH, {"url": receiver.url, "customer_id": "rival"}).status_code == 201
    assert len(stage.call("olivia", "GET", PATH).json()["webhooks"]) == MOST_ENDPOINTS + 1
