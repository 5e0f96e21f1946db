"""An agent for tests."""


def brief(observations):
    return ["Wait until dusk, close the entrance, and carry it level." for _ in observations]
