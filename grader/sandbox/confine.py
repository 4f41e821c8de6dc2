#!/usr/bin/env python3
"""What a process of the runner does to itself, so that it can do no harm

It is copied beside the runner as a single file: the standard library only.
The first process calls `enter` before it imports TensorFlow: from then on it
and its children see little of the machine. Each process that it forks for a
file calls `enter_task` before the file's code runs: from then on that process
can do nothing to the others. Both are for good; neither can be taken back.

Landlock says which files a process may open. It leaves alone the rights and
times of files, signals (before Linux 6.12) and other ways from process to
process: the filter of system calls (seccomp) closes those.
"""

import ctypes
import errno
import linecache
import os
import re
import signal
import struct
import sys
import tempfile
import types

LIBC = ctypes.CDLL(None, use_errno=True)
SET_PDEATHSIG, SET_DUMPABLE, SET_SECCOMP, SET_NO_NEW_PRIVS = 1, 4, 22, 38

# Landlock: three system calls, with these numbers on every processor.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, MAKE_BLOCK = 1, 2, 4, 8, 1 << 11
ALL = 0xffff
# What TensorFlow reads about its process, or it ends the process.
OWN = ['/proc/self/' + name for name in ('cmdline', 'maps', 'status')]
READABLE = []
# Pairs of a version of Landlock and of what it can refuse from then on: with
# files, on the network (TCP), to other processes (abstract sockets, signals).
FILES = [(1, 0x1fff), (2, 0x2000), (3, 0x4000), (5, 0x8000)]
NETWORK = [(4, 0x3)]
PROCESSES = [(6, 0x3)]

# The processors whose system calls are known: their numbers in the kernel, and
# the columns of their calls in the tables below.
PROCESSORS = {'x86_64': (0xc000003e, 0), 'aarch64': (0xc00000b7, 1)}

# System calls, each with its number on x86_64 and on aarch64, or - where there
# is none. These are refused with any arguments.
REFUSED = """
other programs: fork 57 -, vfork 58 -, execve 59 221, execveat 322 281
network: socket 41 198, socketpair 53 199
other processes' memory and files: ptrace 101 117,
    process_vm_readv 310 270, process_vm_writev 311 271, kcmp 312 272,
    move_pages 279 239, migrate_pages 256 238, pidfd_open 434 434,
    pidfd_getfd 438 438, pidfd_send_signal 424 424, process_madvise 440 440,
    process_mrelease 448 448
memory and queues that outlive the process or that no limit counts:
    memfd_create 319 279, memfd_secret 447 447, shmget 29 194, shmat 30 196,
    shmctl 31 195, msgget 68 186, msgsnd 69 189, msgrcv 70 188,
    msgctl 71 187, semget 64 190, semop 65 193, semctl 66 191,
    semtimedop 220 192, mq_open 240 180, mq_unlink 241 181
other processes' share of the processor: setpriority 141 140, ioprio_set 251 30
rights and times of files, which Landlock lets pass: chmod 90 -,
    fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, chown 92 -, lchown 94 -,
    fchown 93 55, fchownat 260 54, setxattr 188 5, lsetxattr 189 6,
    fsetxattr 190 7, setxattrat 463 463, removexattr 197 14,
    lremovexattr 198 15, fremovexattr 199 16, removexattrat 466 466,
    file_setattr 469 469, utime 132 -, utimes 235 -, futimesat 261 -,
    utimensat 280 88, truncate 76 45
what happens in folders, which it lets pass too: inotify_init 253 -,
    inotify_init1 294 26, fanotify_init 300 262
what the kernel has had most holes in, and ways out of a cage:
    io_uring_setup 425 425, bpf 321 280, perf_event_open 298 241,
    userfaultfd 323 282, add_key 248 217, request_key 249 218,
    keyctl 250 219, mount 165 40, umount2 166 39, unshare 272 97,
    setns 308 268, pivot_root 155 41, chroot 161 51, open_tree 428 428,
    move_mount 429 429, fsopen 430 430, fsmount 432 432, fspick 433 433,
    mount_setattr 442 442, open_tree_attr 467 467, syslog 103 116
"""
# These are refused for other processes, which the first argument names.
SIGNALS = """kill 62 129, tkill 200 130, tgkill 234 131,
    rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240"""
# The same; for these 0 is the process itself, for those above its group.
SETTINGS = """prlimit64 302 261, sched_setparam 142 118,
    sched_setscheduler 144 119, sched_setaffinity 203 122,
    sched_setattr 314 274"""
# These are refused with some arguments.
CLONE, CLONE3, FCNTL, IOCTL, PRCTL = (
    "clone 56 220", "clone3 435 435", "fcntl 72 25", "ioctl 16 29",
    "prctl 157 167")
CLONE_THREAD = 0x10000
# Flags of open files, which other processes share; signals that the kernel
# sends for a file; leases of files.
FCNTL_REFUSED = (4, 8, 10, 15, 1024)
# What programs without devices ask: whether a file is a terminal, and its
# size; whether new programs keep the file; how much can be read.
IOCTL_ALLOWED = (0x5401, 0x5413, 0x5450, 0x5451, 0x541b)


def check(result):
    """Raises what the C library says is wrong

    Args:
        result: int, what one of its functions returned.

    Returns:
        int, the same.

    Raises:
        OSError: if it is negative.
    """
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def words(values):
    """Makes arguments as wide as the C library reads them"""
    return [ctypes.c_long(value) if isinstance(value, int) else value
            for value in values]


def prctl(option, *values):
    """Changes one thing about this process, see prctl(2)"""
    check(LIBC.prctl(option, *words(list(values) + [0] * (4 - len(values)))))


def syscall(number, *values):
    """Makes a system call that the C library has no function for"""
    return check(LIBC.syscall(*words((number,) + values)))


def landlock(readable, files):
    """Closes files, TCP, and signals to those outside, for good

    What the kernel's Landlock is too young for stays open.

    Args:
        readable: list of str, files and folders that stay open for reading.
        files: int, the rights to files that are taken away.

    Raises:
        OSError: if there is no Landlock.
    """
    version = syscall(CREATE_RULESET, None, 0, 1)
    handled = [sum(bits for first, bits in known if version >= first)
               for known in (FILES, NETWORK, PROCESSES)]
    handled[0] &= files
    ruleset = syscall(CREATE_RULESET, struct.pack('3Q', *handled), 24, 0)
    for path in readable:
        rights = READ_FILE | EXECUTE
        if os.path.isdir(path):
            rights |= READ_DIR
        elif path == os.devnull:
            rights |= WRITE_FILE
        opened = os.open(path, os.O_PATH)
        syscall(ADD_RULE, ruleset, 1,
                struct.pack('=Qi', rights & handled[0], opened), 0)
        # A file of /proc that nobody has open may be made anew by the kernel,
        # without its rule. So these stay open.
        if not path.startswith('/proc/'):
            os.close(opened)
    syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def instructions(audit, column):
    """Writes the filter of system calls, for the kernel's packet filter

    Args:
        audit: int, the processor in the kernel's words.
        column: int, where its system calls' numbers stand.

    Returns:
        list of tuple of int: code, jump if true, jump if not, value.
    """
    allow, refuse, missing = [(0x06, 0, 0, value) for value in (
        0x7fff0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS)]

    def load(offset):
        """Loads 32 bits of what the kernel says of a call"""
        return (0x20, 0, 0, offset)

    def equal(value, *then):
        """Does something where what is loaded is a value"""
        return [(0x15, 0, len(then), value)] + list(then)

    def calls(text, *then):
        """Does something where it is one of these calls"""
        return [line for call in re.findall(r'\w+ (\d+|-) (\d+|-)', text)
                if call[column] != '-'
                for line in equal(int(call[column]), *then)]

    # The lower halves of the first and the second argument. The kernel reads
    # no more of them in the calls that are looked at here.
    first, second = load(16), load(24)
    own = equal(os.getpid(), allow)
    lines = [load(4), (0x15, 1, 0, audit), refuse, load(0)]
    # Calls of x32, which x86_64 has as well, with other numbers.
    lines += [(0x35, 0, 1, 0x40000000), refuse]
    lines += calls(REFUSED, refuse)
    lines += calls(SIGNALS, first, *(own + [refuse]))
    lines += calls(SETTINGS, first, *(own + equal(0, allow) + [refuse]))
    # Threads are allowed. A filter cannot see the arguments of clone3. Where
    # that is missing, the C library calls clone.
    lines += calls(CLONE3, missing)
    lines += calls(CLONE, first, (0x45, 1, 0, CLONE_THREAD), refuse, allow)
    lines += calls(FCNTL, second, *([
        line for value in FCNTL_REFUSED for line in equal(value, refuse)
    ] + [allow]))
    lines += calls(IOCTL, second, *([
        line for value in IOCTL_ALLOWED for line in equal(value, allow)
    ] + [refuse]))
    lines += calls(PRCTL, first, *(
        equal(SET_PDEATHSIG, refuse) + equal(SET_DUMPABLE, refuse) + [allow]))
    return lines + [allow]


def filter_calls():
    """Refuses the system calls that can harm others, for good

    Raises:
        OSError: if the kernel has no such filter, or if the numbers of this
            processor's system calls are not known.
    """
    machine = os.uname().machine
    if machine not in PROCESSORS:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), machine)
    lines = [struct.pack('HBBI', *line)
             for line in instructions(*PROCESSORS[machine])]
    program = ctypes.create_string_buffer(b''.join(lines))
    prctl(SET_SECCOMP, 2, ctypes.create_string_buffer(struct.pack(
        'HP', len(lines), ctypes.addressof(program))))


def enter(kind):
    """Confines the runner's first process, before it imports TensorFlow

    Args:
        kind: str, the cage that it was started in: bubblewrap, which has
            closed the files; Landlock, which does so here; or none.

    Raises:
        OSError: if the kind is Landlock and the kernel has none.
    """
    # TensorFlow asks for a temporary folder when it is imported, and Python
    # would fail, for nothing can be written.
    tempfile.tempdir = os.environ['TMPDIR']
    # Keras 3 imports matplotlib if it is there; it fails if it cannot write.
    sys.modules['matplotlib'] = None
    # macOS has none of what follows.
    if not hasattr(LIBC, 'prctl'):
        return
    # Other processes of the user cannot look into this one and those that it
    # forks; and it ends when the judge is killed.
    prctl(SET_DUMPABLE, 0)
    prctl(SET_PDEATHSIG, signal.SIGKILL)
    # In a container the user may be root: its powers are taken away.
    prctl(SET_NO_NEW_PRIVS, 1)
    check(LIBC.capset(struct.pack('Ii', 0x20080522, 0), bytes(24)))
    if kind == 'Landlock':
        place = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        with open(os.path.join(place, 'readable'), 'rb') as lines:
            READABLE.extend(map(os.fsdecode, lines.read().split(b'\0')))
        # The processes that are forked later must read about themselves.
        landlock(READABLE + ['/proc'], ALL)


def load_source(source, delete_on_exit):
    """Does in memory what TensorFlow's function of this name does in files

    Args:
        source: str, a module that TensorFlow made of a function.
        delete_on_exit: bool, not used.

    Returns:
        tuple: the module and a name for its file.
    """
    name = '__autograph_generated_file{}'.format(len(sys.modules))
    module = types.ModuleType(name)
    module.__file__ = os.path.join(tempfile.tempdir, name + '.py')
    # Error messages quote lines of it.
    linecache.cache[module.__file__] = (
        len(source), None, source.splitlines(True), module.__file__)
    exec(compile(source, module.__file__, 'exec'), module.__dict__)
    sys.modules[name] = module
    return module, module.__file__


def write_nothing():
    """Makes an imported TensorFlow do without files of its own

    With Keras 2 it writes a file for each loss function, to translate it; if
    it cannot, one with an `if` that depends on a tensor fails.
    """
    for name, module in list(sys.modules.items()):
        # TensorFlow 2.0 has the second one.
        for function in ('load_source', 'source_to_entity'):
            if '.autograph.pyct.' in name and hasattr(module, function):
                setattr(module, function, load_source)


def enter_task(kind):
    """Confines a process that the runner forked for one file

    Args:
        kind: str, as for enter.

    Raises:
        OSError: if the kind is Landlock and something is missing for it.
    """
    if not hasattr(LIBC, 'prctl'):
        return
    prctl(SET_PDEATHSIG, signal.SIGKILL)
    # From a Landlock domain of its own, the process can neither trace the
    # runner and the other files' processes nor send them signals.
    domain = ((READABLE + OWN, ALL) if kind == 'Landlock'
              else ([], MAKE_BLOCK))
    for close, values in ((landlock, domain), (filter_calls, ())):
        try:
            close(*values)
        except OSError:
            # In bubblewrap all that is outside is safe without this. The cage
            # Landlock is not safe without: it must not be used then.
            if kind == 'Landlock':
                raise
