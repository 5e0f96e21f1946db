"""bash and zsh, and the tools that they call."""
