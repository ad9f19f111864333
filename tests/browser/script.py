"""A scripted conversation for the fake backend: one message of every kind a patient can meet."""

from __future__ import annotations

from typing import Any

BotMessage = dict[str, Any]

GREETING = (
    "Hello! I can help you find out whether this trial may fit you.\n\n"
    "I am a computer program, not a doctor. The official page is https://clinicaltrials.gov/study/NCT06141070."
)


FINISHED = "Thank you. From what you told me, one point speaks against this trial."


def _question(
    attribute: str, answer_type: str, text: str, options: list[tuple[str, str]], answered: int, remaining: int, **more: Any
) -> BotMessage:
    buttons = [{"title": title, "payload": f"#{attribute}={value}"} for value, title in options]
    buttons += [{"title": "I'm not sure", "payload": f"#{attribute}=unsure"}, {"title": "Why do you ask?", "payload": "#why"}]
    custom = {
        "type": "question",
        "attribute": attribute,
        "answer_type": answer_type,
        "options": [{"value": value, "title": title} for value, title in options],
        "unit": None,
        "progress": {"answered": answered, "remaining": remaining},
        **more,
    }
    return {"text": text, "buttons": buttons, "custom": custom}


CONSENT: BotMessage = {
    "text": "May I ask you some questions about your health?",
    "buttons": [{"title": "Yes, go ahead", "payload": "#consent=true"}, {"title": "No, thank you", "payload": "#consent=false"}],
    "custom": {"type": "question", "attribute": "consent", "answer_type": "yes_no", "progress": {"answered": 0, "remaining": 12}},
}
AGE = _question("age", "number", "How old are you?", [], 1, 11, unit="years")
STAGE = _question(
    "cancer_stage",
    "choice",
    "What stage is your cancer?",
    [("I", "Stage 1"), ("II", "Stage 2"), ("III", "Stage 3"), ("IV", "Stage 4 (it has spread)")],
    2,
    10,
)
SITES = _question(
    "metastasis_sites",
    "choices",
    "Where has the cancer spread to?",
    [
        ("brain", "Brain"),
        ("bone", "Bone"),
        ("liver", "Liver"),
        ("adrenal", "Adrenal gland, above the kidney"),
        ("other_lung", "The other lung"),
        ("none", "None of these"),
    ],
    3,
    9,
)
SITES["custom"] |= {"exclusive": ["none"], "prompt": SITES["text"]}
SITES["text"] += "\nYou can say: Brain, Bone, Liver and so on."


def _criterion(id_: str, status: str, plain: str, said: str | None = None, checked_by: str = "patient") -> dict[str, Any]:
    because = [{"attribute": "age", "value": 1, "said": said}] if said else []
    return {"id": id_, "status": status, "checked_by": checked_by, "plain": plain, "because": because}


def summary(url: str) -> BotMessage:
    """The link to the page to print."""
    return {"text": f"Here is a summary to print: {url}\nShare it with care.", "custom": {"type": "notice", "code": "summary", "url": url}}


def result() -> BotMessage:
    """The result, with a criterion in every status."""
    return {
        "text": f"{FINISHED}\n\nWhat does not fit\n- Your tumor.\n\nNot a decision.",
        "custom": {
            "type": "result",
            "trials": [
                {
                    "nct_id": "NCT06141070",
                    "title": "Extra radiation for lung cancer that has spread to a few places",
                    "verdict": "unlikely",
                    "criteria": [
                        _criterion(
                            "E3", "not_met", "Your tumor has no gene change for which targeted tablets are the first treatment.", "EGFR"
                        ),
                        _criterion("E6", "unknown", "You have no lung scarring that would make the treatment dangerous.", "yes, a little"),
                        _criterion("E8", "unknown", "You have no other cancer now or from the last two years."),
                        _criterion("I8", "met", "You are older than 18. There is no upper age limit.", "61"),
                        _criterion("I3", "met", "Your cancer is stage 4 and has spread to no more than five places.", "stage 4"),
                        _criterion("I4", "unknown", "Your doctors find you fit for the usual first treatment.", checked_by="study_team"),
                        _criterion("I5", "unknown", "Tumors outside the chest can be reached with radiation.", checked_by="study_team"),
                    ],
                }
            ],
        },
    }


HANDOFF: BotMessage = {
    "text": "Steps:\n1. Go through the points.\n2. Open the page.\n\nThe record lists no contact person.",
    "buttons": [{"title": "Change an answer", "payload": "#change"}, {"title": "Talk to a person", "payload": "#human"}],
    "custom": {
        "type": "handoff",
        "nct_id": "NCT06141070",
        "steps": [
            "Go through the points of this study with the doctor who treats you.",
            "Open the official page of the study.",
            "Call or write to the study team and ask for a first check. It is free, and you can still say no.",
        ],
        "contacts": [],
        "registry_url": "https://clinicaltrials.gov/study/NCT06141070",
        "sites": [{"city": "Gothenburg", "country": "Sweden", "status": None}],
    },
}
WITH_CONTACTS: BotMessage = {
    "text": "These are the contacts.",
    "custom": {
        "type": "handoff",
        "nct_id": "NCT06141070",
        "steps": [],
        "contacts": [
            {
                "name": "Study office",
                "role": "coordinator",
                "phone": "+46 31 000 00 00",
                "email": "office@example.org",
                "site": "Gothenburg",
            },
            {"name": "Odd one", "role": None, "phone": "javascript:alert(1)", "email": "a@b?subject=x", "site": None},
        ],
        "registry_url": "javascript:alert(1)",
        "sites": [],
    },
}
SAFETY: BotMessage = {
    "text": "If you have trouble breathing, call your emergency number now. This chat can't help in an emergency.",
    "custom": {"type": "safety", "category": "emergency"},
}
FACT: BotMessage = {
    "text": "This is a phase 3 trial. It compares a new treatment with usual care in many people.",
    "custom": {"type": "fact", "topic": "phase", "nct_id": "NCT06141070", "source": "phase", "as_of": "2026-05-15"},
}
HOSTILE: BotMessage = {
    "text": '<img src=x onerror="window.broken=1"><script>window.broken=1</script> javascript:alert(1) [x](javascript:alert(1))',
    "buttons": [{"title": "<b onmouseover='window.broken=1'>bold</b>", "payload": "#x=<script>"}],
    "custom": {
        "type": "result",
        "url": "javascript:window.broken=1",
        "trials": [
            {
                "nct_id": "<i>",
                "title": "<img src=x onerror=window.broken=1>",
                "verdict": "constructor",
                "criteria": [
                    {
                        "id": "I1",
                        "status": "__proto__",
                        "checked_by": "patient",
                        "plain": "<svg onload=window.broken=1>",
                        "because": [{"said": "<u>x</u>"}],
                    }
                ],
            }
        ],
    },
}
ARABIC: BotMessage = {"text": "مرحبا! كم عمرك؟", "buttons": [{"title": "لا أعرف", "payload": "#age=unsure"}]}
ERASED: BotMessage = {"text": "Your answers are deleted.", "custom": {"type": "notice", "code": "erased"}}
ERASE_ASKED: BotMessage = {
    "text": "Shall I delete all your answers? This can't be undone.",
    "buttons": [{"title": "Yes, delete them", "payload": "#erase=confirm"}, {"title": "No, keep them", "payload": "#resume"}],
}


def joined(name: str | None) -> BotMessage:
    """A person of the study team has taken over."""
    who = f"{name} from the study team" if name else "Someone from the study team"
    return {"text": f"{who} is now in this chat.", "custom": {"type": "notice", "code": "joined", "name": name}}


HANDED_BACK: BotMessage = {
    "text": "You are talking to me, the computer program, again.",
    "custom": {"type": "notice", "code": "handed_back"},
}
UNCLEAR: BotMessage = {"text": "Sorry, I did not understand that.", "custom": {"type": "notice", "code": "unclear"}}
EMPTY_CUSTOM: BotMessage = {"text": "Nothing special.", "custom": {"type": "something new", "trials": None}}
