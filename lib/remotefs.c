/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remotefs.h"

#include <linux/magic.h>
#include <sys/vfs.h>

static bool
is_remote(const struct statfs *fs)
{
    switch ((unsigned long)fs->f_type & 0xffffffffUL) {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case 0xff534d42UL: /* CIFS */
    case 0xfe534d42UL: /* SMB 2 */
    case AFS_SUPER_MAGIC:
    case CODA_SUPER_MAGIC:
    case V9FS_MAGIC:
    case FUSE_SUPER_MAGIC:
    case 0x00c36400UL: /* Ceph */
    case 0x0bd00bd0UL: /* Lustre */
    case 0x47504653UL: /* GPFS */
    case 0x19830326UL: /* BeeGFS */ return true;
    default: return false;
    }
}

bool
a4nn_remote_path(const char *path)
{
    struct statfs fs;

    return statfs(path, &fs) == 0 && is_remote(&fs);
}

bool
a4nn_remote_fd(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && is_remote(&fs);
}
