"""Files and folders: who else on this machine may read them, and what they are on."""

from __future__ import annotations

from collections.abc import Iterator

from bot.doctor.deployment import Deployment
from bot.doctor.finding import Finding, unsafe, warning

#: Where SQLite's locks cannot be relied on. Not every FUSE is a network: those that are, are named.
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "ocfs2", "gfs2", "fuse.sshfs"}
    | {"fuse.s3fs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.ceph", "fuse.rclone", "fuse.juicefs", "fuse.moosefs"}
)


def modes(here: Deployment) -> Iterator[Finding]:
    """What people say is for nobody else on this machine."""
    for found in here.modes:
        if found.others_write:
            yield unsafe("modes", f"others on this machine may write to {found.path}", f"chmod {'700' if found.is_folder else '600'} it")
        elif found.others_read and found.is_folder:
            yield warning("modes", f"others on this machine may look into {found.path}", "chmod 700 it")
        elif found.others_read:
            yield unsafe("modes", f"others on this machine may read {found.path}", "chmod 600 it")


def network_file_system(here: Deployment) -> Iterator[Finding]:
    """SQLite asks the file system for locks, and network file systems promise more than they keep."""
    if here.file_system in NETWORK_FILE_SYSTEMS:
        yield unsafe(
            "network-disk",
            f"the SQLite database is on a network file system ({here.file_system}), where it can be damaged",
            "keep TRIALCHAT_HOME on a disk of this machine, or use PostgreSQL",
        )
