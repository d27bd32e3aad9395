"""The stack on a laptop: synthesized, deployed to a local AWS emulator, and answering HTTP."""
