"""Trees for tests of the archive: made, compared and damaged here, since their
names need not be UTF-8, which the test's own runtime cannot name.

    make DIR COUNT SEED     a tree with everything a file system allows
    compare A B             prints what differs, independently of mlo
    fault DIR KIND SEED N   injures N files; prints their paths, each with a NUL after it
    whole A B               inodes of the files of B that are complete copies of A's
"""
import hashlib, os, random, stat, sys

ODD = [b"with space", b"quote'and\"double", b"new\nline", b"-rf", b"$(touch EXECUTED)",
       b"`touch EXECUTED`", b";touch EXECUTED;", b"tab\there", b"back\\slash", b"cr\rend\r",
       b"\xff\xfe\x80\x81\x88 not utf-8", b"*", b"?[a]", b"~", b"#hash", b";semi", b"a=b",
       b"trailing ", b" leading", b"trailing\n", b"\n", b"%s%n", b"\x01\x02\x1b[31m", b"...",
       b"--help", b"-", "ünï¢ødé".encode(), b"x" * 250, b"\xc3" * 250, b"host:path", b"&|<>"]
MODES = [0o400, 0o444, 0o600, 0o640, 0o644, 0o666, 0o755, 0o4755, 0o2750, 0o1644, 0o777, 0o500]
TIMES = [0, 1, 86399 * 10**9 + 123456789, 4102444800 * 10**9, 4133894399 * 10**9 + 999999999]


def make(top, count, seed):
    rng = random.Random(seed)
    block = rng.randbytes(1 << 20)
    os.makedirs(top, exist_ok=True)
    directories = [top]
    for i in range(max(4, count // 60)):
        parent = rng.choice(directories[-20:])
        name = b"d%d" % i if i % 5 else b"d%d " % i + ODD[i // 5 % len(ODD)][:240]
        if parent.count(b"/") - top.count(b"/") > 7 or len(parent) > 1500:
            parent = top
        path = os.path.join(parent, name)
        os.mkdir(path)
        directories.append(path)
    big = {0: 64 << 20, 1: (64 << 20) - 1, 2: 5 << 20, 3: 1 << 20} if count >= 10000 else {0: 1 << 20}
    files = []
    made = 0
    while made < count:
        parent = directories[made % len(directories)]
        odd = ODD[made % len(ODD)]
        name = odd if made // len(directories) == 0 and rng.random() < 0.9 else b"f%d" % made
        if made % 50 == 7:
            name = (b"%d" % made + odd)[:250]
        path = os.path.join(parent, name)
        kind = made % 40
        made += 1
        if os.path.lexists(path):
            path = os.path.join(parent, b"f%d" % made)
        if kind == 11:
            os.symlink(rng.choice([b"nowhere", b"../x", b"/etc/passwd", odd]), path)
        elif kind == 23 and files:
            try:
                os.link(rng.choice(files[-200:]), path)
            except OSError:
                made -= 1
        elif kind == 31 and made < 4000:
            with open(path, "wb") as f:
                f.truncate(384 << 10)
                f.seek(128 << 10)
                f.write(b"in the middle")
        elif kind == 37:
            os.makedirs(path)
        else:
            size = big.pop(made, None) or rng.choice([0, 1, 7, 100, 400, 1000, 4096, 5000])
            start = rng.randrange(len(block) - 8192)
            with open(path, "wb") as f:
                for at in range(0, size, len(block)):
                    f.write(block[start:start + size] if size < 8192 else block[: size - at])
            files.append(path)


def dress(top, seed):
    """Modes and times, last: a change of owner clears some modes."""
    rng = random.Random(seed)
    for parent, directories, files in os.walk(top, topdown=False):
        for name in sorted(files):
            path = os.path.join(parent, name)
            if not os.path.islink(path):
                os.chmod(path, rng.choice(MODES))
            t = rng.choice(TIMES + [rng.randrange(10**9, 2 * 10**18)])
            os.utime(path, ns=(t, t), follow_symlinks=False)
        for name in sorted(directories):
            path = os.path.join(parent, name)
            if os.path.islink(path):
                continue
            os.chmod(path, rng.choice([0o755, 0o700, 0o555, 0o500, 0o2770, 0o1777]))
            t = rng.choice(TIMES)
            os.utime(path, ns=(t, t))


def facts(top):
    found, groups = {}, {}
    stack = [b"."]
    while stack:
        name = stack.pop()
        path = os.path.join(top, name)
        s = os.lstat(path)
        kind = stat.S_IFMT(s.st_mode)
        fact = [oct(s.st_mode), s.st_mtime_ns]
        if kind == stat.S_IFDIR:
            stack += [os.path.join(name, each) for each in os.listdir(path)]
        elif kind == stat.S_IFLNK:
            fact.append(os.readlink(path))
        elif kind == stat.S_IFREG:
            with open(path, "rb") as f:
                fact += [s.st_size, hashlib.file_digest(f, "sha256").hexdigest() if hasattr(hashlib, "file_digest")
                         else hashlib.sha256(f.read()).hexdigest()]
        if kind != stat.S_IFDIR and s.st_nlink > 1:
            groups.setdefault((s.st_dev, s.st_ino), []).append(name)
        found[name] = fact
    for names in groups.values():
        if len(names) > 1:
            for name in names:
                found[name].append(sorted(names))
    return found


def compare(a, b):
    one, two = facts(a), facts(b)
    for name in sorted(one.keys() | two.keys()):
        if one.get(name) != two.get(name):
            print(ascii(name), one.get(name), two.get(name))
    print(len(one), "entries")


def holes(top):
    print(sum(1 for parent, _, files in os.walk(top) for name in files
              if (s := os.lstat(os.path.join(parent, name))).st_blocks * 512 < s.st_size >= 1 << 20
              and stat.S_ISREG(s.st_mode)))


def whole(a, b):
    for parent, _, files in os.walk(b):
        for name in files:
            path = os.path.join(parent, name)
            try:
                one, two = os.lstat(os.path.join(a, os.path.relpath(path, b))), os.lstat(path)
            except FileNotFoundError:
                continue
            if (one.st_size, one.st_mtime_ns, one.st_mode) == (two.st_size, two.st_mtime_ns, two.st_mode):
                print(two.st_ino, ascii(os.path.relpath(path, b)))


def fault(top, kind, seed, number):
    rng = random.Random(seed)
    wanted = {"flip": "file", "truncate": "file", "rename": "file", "missing": "any", "mode": "file",
              "mtime": "any", "target": "link", "extra": "dir", "untied": "tied", "dirmode": "dir"}[kind]
    choices = []
    for parent, directories, files in os.walk(top):
        for name in directories + files:
            path = os.path.join(parent, name)
            s = os.lstat(path)
            is_file = stat.S_ISREG(s.st_mode) and s.st_size > 0 and s.st_nlink == 1
            ok = {"file": is_file, "any": is_file or stat.S_ISLNK(s.st_mode), "link": stat.S_ISLNK(s.st_mode),
                  "dir": stat.S_ISDIR(s.st_mode), "tied": stat.S_ISREG(s.st_mode) and s.st_nlink > 1}[wanted]
            if ok:
                choices.append(path)
    for path in rng.sample(sorted(choices), number):
        injure(rng, path, kind, top)


def injure(rng, path, kind, top):
    s = os.lstat(path)
    parent = os.path.dirname(path)
    p = os.lstat(parent)
    if kind == "flip":
        with open(path, "r+b") as f:
            at = rng.randrange(s.st_size)
            f.seek(at)
            byte = f.read(1)[0]
            f.seek(at)
            f.write(bytes([byte ^ (1 << rng.randrange(8))]))
        os.utime(path, ns=(s.st_atime_ns, s.st_mtime_ns))
    elif kind == "truncate":
        os.truncate(path, rng.randrange(s.st_size))
        os.utime(path, ns=(s.st_atime_ns, s.st_mtime_ns))
    elif kind == "rename":
        os.rename(path, path[:200] + b".renamed")
    elif kind == "missing":
        os.unlink(path)
    elif kind == "mode" or kind == "dirmode":
        os.chmod(path, stat.S_IMODE(s.st_mode) ^ 0o040)
    elif kind == "mtime":
        os.utime(path, ns=(s.st_atime_ns, s.st_mtime_ns + rng.choice([1, -1]) * rng.choice([1, 10**9])), follow_symlinks=False)
    elif kind == "target":
        target = os.readlink(path)
        os.unlink(path)
        os.symlink(bytes([target[0] ^ 1]) + target[1:], path)
        os.lchown(path, s.st_uid, s.st_gid)
        os.utime(path, ns=(s.st_atime_ns, s.st_mtime_ns), follow_symlinks=False)
    elif kind == "extra":
        path = os.path.join(path, b"extra \n file")
        parent = os.path.dirname(path)
        p = os.lstat(parent)
        with open(path, "wb") as f:
            f.write(b"extra")
        os.chown(path, s.st_uid, s.st_gid)
    elif kind == "untied":
        with open(path, "rb") as f:
            content = f.read()
        os.unlink(path)
        with open(path, "wb") as f:
            f.write(content)
        os.chown(path, s.st_uid, s.st_gid)
        os.chmod(path, stat.S_IMODE(s.st_mode))
        os.utime(path, ns=(s.st_atime_ns, s.st_mtime_ns))
    # The directory's own time must not give it away.
    os.utime(parent, ns=(p.st_atime_ns, p.st_mtime_ns))
    sys.stdout.buffer.write(os.path.relpath(path, top) + b"\0")


command, args = sys.argv[1], [os.fsencode(arg) for arg in sys.argv[2:]]
if command == "make":
    make(args[0], int(args[1]), int(args[2]))
elif command == "dress":
    dress(args[0], int(args[1]))
elif command == "compare":
    compare(*args)
elif command == "whole":
    whole(*args)
elif command == "holes":
    holes(args[0])
elif command == "fault":
    fault(args[0], args[1].decode(), int(args[2]), int(args[3]))
