"""How a task is played: the model replies without tools, and persona_env is the user."""

from __future__ import annotations

import asyncio

import verifiers.v1 as vf
from openai import AsyncOpenAI
from verifiers.v1.dialects.chat import message_to_wire

from .taskset import PersonaTask


class PersonaEnvConfig(vf.SingleAgentEnvConfig):
    """The model is asked from this process: no box is needed, and none is paid for."""

    agent: vf.AgentConfig = vf.AgentConfig(runtime=vf.SubprocessConfig())


class PersonaEpisodes(vf.SingleAgentEnv, vf.Env[PersonaEnvConfig]):
    """One reply, or with ``max_turns`` a conversation in which persona_env plays the user."""

    async def run(self, task: PersonaTask, agents: vf.Agents) -> None:
        """Answer the prompt, and what the user says then, until the user leaves."""
        if task.data.made.max_turns == 1:
            await agents.agent.run(task)
            return
        talk = task.talk()
        async with agents.agent.interaction(task) as interaction:
            segment = await interaction.turn()
            while not segment.terminated:
                said = await asyncio.to_thread(talk.say, segment.last_reply)
                if said is None:
                    return
                segment = await interaction.turn(said)


class PersonaChat(vf.Harness[vf.HarnessConfig]):
    """Asks the model for a reply, without tools and without a program of its own."""

    APPENDS_SYSTEM_PROMPT = True
    SUPPORTS_RESUME = True
    EXECUTES_CODE = False
    NEEDS_CONTAINER = False

    async def launch(  # noqa: PLR0917 - verifiers calls it so
        self,
        ctx: vf.ModelContext,
        trace: vf.Trace,
        runtime: vf.Runtime,
        endpoint: str,
        secret: str,
        mcp_urls: dict[str, str],
        data: vf.TaskData,
    ) -> vf.ProgramResult:
        """One call of the endpoint that verifiers records."""
        system, prompt = self.resolve_prompt(data)
        asked = [vf.UserMessage(content=prompt)] if isinstance(prompt, str) else prompt or []
        messages = [message_to_wire(message) for message in asked]
        if system:
            messages.insert(0, {"role": "system", "content": system})
        async with AsyncOpenAI(base_url=endpoint, api_key=secret) as client:
            await client.chat.completions.create(model=ctx.model, messages=messages)
        return vf.ProgramResult(exit_code=0, stdout="", stderr="")
