"""How a reply declines: refusals, apologies, referrals, judgement."""
