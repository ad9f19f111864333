"""The early end, going on anyway, the result, and what can be done afterwards."""

from __future__ import annotations

from tests.conversing import Talk
from tests.people import people

FITS = people("NCT06141070")[0].answers


def finish(talk: Talk, answers: dict[str, str]) -> None:
    talk.until("consent", answers)
    while talk.question:
        talk.say(answers[talk.question])


def test_a_clear_no_ends_it_gently_with_the_exact_reason_and_an_offer(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("yes")
    assert "You said that you have had radiation treatment for this cancer" in talk.texts
    assert "ended_early" in talk.codes
    assert {"Go on anyway", "Change an answer"} <= set(talk.titles)
    assert talk.result is not None
    (failed,) = [criterion for criterion in talk.result["criteria"] if criterion["status"] == "not_met"]
    assert failed["id"] == "I7"
    assert failed["because"] == [{"attribute": "prior_radiotherapy", "value": True, "said": "yes"}]


def test_going_on_anyway_asks_the_rest_and_ends_only_once(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("yes", "go on anyway")
    while talk.question:
        talk.say(FITS[talk.question])
        assert "ended_early" not in talk.codes
    assert talk.result is not None
    assert talk.result["verdict"] == "unlikely"


def test_yes_to_the_offer_goes_on_too(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("yes", "yes")
    assert talk.question is not None


def test_no_to_the_offer_still_shows_whom_to_ask(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("yes", "no")
    assert [custom["type"] for custom in talk.customs] == ["handoff", "notice"]


def test_the_result_names_every_criterion_with_what_was_said(talk: Talk) -> None:
    finish(talk, FITS)
    assert talk.result is not None
    ids = [criterion["id"] for criterion in talk.result["criteria"]]
    assert ids == ["R-age", "R-sex", *(f"I{n}" for n in range(1, 12)), *(f"E{n}" for n in range(1, 11))]
    by_id = {criterion["id"]: criterion for criterion in talk.result["criteria"]}
    assert by_id["I3"]["because"] == [
        {"attribute": "cancer_stage", "value": "IV", "said": "stage 4"},
        {"attribute": "metastasis_count", "value": 3, "said": "3"},
    ]
    assert {id_ for id_, criterion in by_id.items() if criterion["checked_by"] == "study_team"} == {
        "I1", "I4", "I5", "I6", "I10", "E7", "E10",
    }  # fmt: skip


def test_the_result_never_says_that_a_person_is_eligible(talk: Talk) -> None:
    finish(talk, FITS)
    assert "you are eligible" not in talk.texts.lower()
    assert "The study team decides" in talk.texts


def test_after_the_result_come_questions_for_the_doctor_contacts_steps_and_a_summary(talk: Talk) -> None:
    finish(talk, FITS)
    assert "Questions you can bring to your doctor" in talk.texts
    handoff = next(custom for custom in talk.customs if custom["type"] == "handoff")
    assert handoff["contacts"] == []
    assert handoff["registry_url"] == "https://clinicaltrials.gov/study/NCT06141070"
    assert len(handoff["steps"]) == 3
    assert handoff["sites"][0]["city"] == "Gothenburg"
    summary = next(custom for custom in talk.customs if custom.get("code") == "summary")
    assert summary["url"].startswith("https://example.org/summary/")


def test_the_result_can_be_asked_for_in_the_middle(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("show my result")
    assert talk.result is not None
    assert talk.result["verdict"] == "possible"
    assert talk.question == "prior_radiotherapy"


def test_every_verdict_given_is_kept(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("yes")
    talk.say("#prior_radiotherapy=no")
    while talk.question:
        talk.say(FITS[talk.question])
    with talk.store.reading() as unit:
        screening = unit.current_screening(talk.conversation_id)
        assert screening is not None
        assert [verdict.verdict for verdict in unit.verdicts(screening.id)] == ["unlikely", "likely"]


def test_starting_over_asks_first_and_keeps_the_old_answers_apart(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say_all("54", "start over")
    assert talk.codes == ["confirm_restart"]
    talk.say("yes")
    assert talk.question == "condition"
    with talk.store.reading() as unit:
        first, second = unit.screenings(talk.conversation_id)
        assert [answer.value for answer in unit.answers(first.id) if answer.attribute == "age"] == [54]
        assert [answer.attribute for answer in unit.answers(second.id)] == ["consent"]


def test_anything_but_yes_to_starting_over_keeps_everything(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.say_all("54", "start over", "hmm no")
    assert talk.codes == ["kept"]
    assert talk.question is not None


def test_what_was_not_asked_yet_is_no_question_for_the_doctor(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("yes", "show my result")
    assert "Am I fit for a first treatment" in talk.texts
    assert "What stage is my cancer" not in talk.texts


def test_what_a_person_could_not_tell_is_a_question_for_the_doctor(talk: Talk) -> None:
    finish(talk, {**FITS, "cancer_stage": "not sure"})
    assert "What stage is my cancer" in talk.texts


def test_what_only_a_clinician_can_judge_is_a_question_for_the_doctor(talk: Talk) -> None:
    finish(talk, {**FITS, "pulmonary_fibrosis": "yes"})
    assert "Is my lung scarring mild enough" in talk.texts
