"""Small files in the shape of PRISM and WildChat, written by us: no row of theirs is in them."""

from __future__ import annotations

import json

PERSON = {
    "user_id": "user7",
    "survey_only": False,
    "num_completed_conversations": 2,
    "generated_datetime": "2023-12-01 10:00:00",
    "consent": "Yes, I consent to take part",
    "consent_age": "I certify that I am 18 years of age or over",
    "lm_familiarity": "Somewhat familiar",
    "lm_direct_use": "Yes",
    "lm_frequency_use": "Every week",
    "self_description": "I keep bees and like to be told things straight.",
    "system_string": "Answer in plain words and say where a claim comes from.",
    "age": "45-54 years old",
    "gender": "Female",
    "employment_status": "Working full-time",
    "education": "Vocational",
    "marital_status": "Prefer not to say",
    "english_proficiency": "Native speaker",
    "religion": {
        "self_described": "quaker", "categorised": "Christian", "simplified": "Christian",
    },
    "ethnicity": {
        "self_described": "Prefer not to say", "categorised": "Prefer not to say",
        "simplified": "Prefer not to say",
    },
    "location": {"birth_country": "Ireland", "reside_country": "United Kingdom"},
    "lm_usecases": {"research": 1, "games": 0, "daily_productivity": 1, "other_text": None},
    "stated_prefs": {
        "values": 40, "creativity": 20, "fluency": 90, "factuality": 97, "diversity": 80,
        "safety": 55, "personalisation": None, "helpfulness": 95, "other": 50, "other_text": None,
    },
}  # fmt: skip


def reply(turn, text, score, chosen=False, model="model-a", place=0):
    return {
        "turn": turn, "role": "model", "content": text, "model_provider": "x", "model_name": model,
        "score": score, "if_chosen": chosen, "within_turn_id": place,
    }  # fmt: skip


def asked(turn, text):
    return {"turn": turn, "role": "user", "content": text}


TALK = {
    "conversation_id": "c1",
    "user_id": "user7",
    "conversation_type": "unguided",
    "opening_prompt": "How do I move a hive at night?",
    "conversation_turns": 2,
    "generated_datetime": "2023-12-02 09:30:00",
    "conversation_history": [
        asked(0, "How do I move a hive at night?"),
        reply(0, "Close the entrance after dusk and strap it.", 80, chosen=True, model="m1"),
        reply(0, "Do not move it.", 20, model="m2", place=1),
        reply(0, "Wait for dusk, close it, carry it level.", 78, model="m3", place=2),
        reply(0, "EMPTY STRING", 1, model="m4", place=3),
        asked(1, "How far at least?"),
        reply(1, "Three miles, or else three feet.", 90, chosen=True, model="m1"),
        reply(1, "Far.", 50, model="m1", place=1),
    ],
}


def talk(**changes):
    return json.loads(json.dumps(TALK | changes))


def utterances(of):
    """The same conversation, a scored reply a row."""
    prompts = {m["turn"]: m["content"] for m in of["conversation_history"] if m["role"] == "user"}
    return [
        {
            "utterance_id": f"ut{n}", "interaction_id": f"int{m['turn']}",
            "conversation_id": of["conversation_id"], "user_id": of["user_id"], "turn": m["turn"],
            "within_turn_id": m["within_turn_id"], "conversation_type": "unguided",
            "user_prompt": prompts[m["turn"]], "model_response": m["content"],
            "model_name": m["model_name"], "model_provider": "x", "score": m["score"],
            "if_chosen": m["if_chosen"],
        }
        for n, m in enumerate(of["conversation_history"])
        if m["role"] == "model"
    ]  # fmt: skip


def message(role, content, language="English", **more):
    return {
        "role": role, "content": content, "language": language, "toxic": False, "redacted": False,
        "country": "Chile", "state": None, "hashed_ip": "ab12", "header": None, **more,
    }  # fmt: skip


def wild(name, *messages, **changes):
    return {
        "conversation_hash": name, "model": "chat-1", "timestamp": "2023-05-01T12:00:00+00:00",
        "conversation": list(messages), "turn": len(messages) // 2,
        "language": messages[0]["language"] if messages else "English", "toxic": False,
        "redacted": False, "hashed_ip": "ab12", "country": "Chile", **changes,
    }  # fmt: skip


WILD = [
    wild(
        "h1",
        message("user", "Plan a day in Valparaíso."),
        message("assistant", "Morning: the hills. Noon: the market."),
        message("user", "¿Y por la noche?", "Spanish"),
        message("assistant", "Un paseo por el puerto.", "Spanish"),
    ),
    wild("h2", message("user", "Écris un poème sur la mer.", "French"),
         message("assistant", "La mer, la mer.", "French")),
    wild("h3", message("user", "用三句话介绍茶。", "Chinese", hashed_ip="cd34"),
         message("assistant", "茶是叶子泡的饮料。", "Chinese", hashed_ip="cd34")),
    wild("h4", message("user", "You are all fools."), message("assistant", "I am sorry."),
         toxic=True),
]  # fmt: skip


def write(path, rows):
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
