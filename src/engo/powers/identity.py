"""The identity power: the node's Ed25519 key, of which the state keeps the seed."""

from engo.powers.files import read_or_make_key
from engo.powers.random import Random

SEED_BYTES = 32


def public_key(path: str, random: Random) -> bytes:
    """The public key (32 bytes) of the seed in `path`, which is made when missing.

    Raises OSError, or ValueError when the file is not what it should be.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    seed = read_or_make_key(path, random.bytes(SEED_BYTES))
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
