"""The exploiting agents, one module for each kind (:data:`persona_env.auditor.kinds.KINDS`)."""
