"""What runs in the emulator's own interpreter: the emulator, and a front door to the deployed API.

Nothing here may import anything but the standard library and what the emulator installs.
"""
