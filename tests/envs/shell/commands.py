# ruff: noqa: E501 - a command a line

"""Seeded commands of the simulated subset of bash, to be run in both."""

from __future__ import annotations

import numpy as np

FILES = {
    "a.txt": "one\ntwo\nthree\ntwo\n", "b.txt": "alpha beta\ngamma\n", "c.log": "x=1\ny=22\n",
    "d with blank.txt": "odd name\n", ".hidden": "secret\n", "logs/app.log": "ERROR 5\nok 12\nERROR 3\n",
    "logs/old.log": "ok 7\n", "logs/deep/z.tmp": "tmp\n", "docs/n1.md": "# T\ntwo words\n",
    "docs/n2.md": "", "num.csv": "3,c\n1,a\n10,b\n1,a\n", "noend": "last line\nwithout end",
}  # fmt: skip
FOLDERS = ("empty", "docs/sub")
AGES = {"logs/old.log": 40, "a.txt": 12, "docs/n1.md": 3, "logs/deep/z.tmp": 90, "num.csv": 20}

NAMES = ("a.txt", "b.txt", "c.log", "'d with blank.txt'", ".hidden", "logs/app.log", "logs", "docs",
         "missing.txt", "num.csv", "noend", "docs/n1.md", "empty", "./a.txt", "new/x")  # fmt: skip
GLOBS = ("*.txt", "*", "logs/*.log", "?.txt", "[ab].txt", "docs/*", "*.nothing", "[!a]*.*", "*/*",
         "logs/*/", ".*", "{a,b}.txt", "n{o,u}*", "*.{txt,log}", "{1..3}", "x{a,b}{1..2}",
         "d*blank.txt", "logs/{app,old}.log")  # fmt: skip
WORDS = (
    "two",
    "ERROR",
    "o",
    "^one",
    "e$",
    "[0-9]",
    "t.*o",
    "ok 1",
    "zzz",
    "a",
    "words",
    r"x\.y",
    r"\.",
)
FILTERS = (
    "sort", "sort -r", "sort -u", "sort -n", "uniq", "uniq -c", "wc -l", "head -n 2", "tail -n 1",
    "tail -n +2", "tr a-z A-Z", "tr -d o", "tr -s o", "cut -d' ' -f1", "cut -c1-3", "cut -d, -f2",
    "sed 's/o/0/'", "sed 's/o/0/g'", "sed -n '2p'", "sed '1d'", "sed '/two/d'", "sed -n '/o/p'",
    "sed -E 's/([a-z]+) ([a-z0-9]+)/\\2 \\1/'", "sed '2,3d'", "sed '$d'", "sed 's|o|/|2'", "grep o", "grep -v o", "grep -c o",
    "grep -n o", "grep -o '[0-9]'", "grep -i ERROR", "cat", "head -1", "sort -k2", "sort -rn",
    "sed 's/[aeiou]/<&>/g'", "sed -n '2,$p'", "sed 's/x*/-/g'", "uniq -d", "sort -t, -k2",
    "grep -E 'o|e'", "grep -w two", "sed 's/.$//;1d'",
)  # fmt: skip
TESTS = ("-f a.txt", "-d logs", "-e missing", "-n ''", "-z ''", "a = a", "a != a", "3 -gt 2",
         "2 -ge 3", "! -f a.txt", "-s docs/n2.md")  # fmt: skip
EXPANSIONS = ("${f%.*}", "${f##*/}", "${f%%.*}", "${f#*/}", "${f/t/T}", "${f//t/T}", "${#f}",
              "${f:-none}", "${f,,}", "${f^^}", "${f%.txt}.bak", "${f:1}", "${f:0:2}")  # fmt: skip
FINDS = ("-name '*.log'", "-type d", "-type f", "-mtime +10", "-mtime -5", "-empty", "-type f -size -2",
         "! -name '*.txt'", r"\( -name '*.md' -o -name '*.tmp' \)", "-maxdepth 1", "-mindepth 2",
         "-iname 'A*'", "-path '*deep*'", "-newer num.csv", "-type f -size +10c",
         "-name '*.log' -mtime +5", "-mtime 12", "-mmin +10")  # fmt: skip


def command(rng: np.random.Generator) -> str:
    """One command; several of them are wrong on purpose."""

    def pick(options: tuple[str, ...]) -> str:
        return options[int(rng.integers(len(options)))]

    kinds = (
        lambda: f"echo {pick(GLOBS)} {pick(GLOBS)}",
        lambda: f"cat {pick(NAMES)} | {pick(FILTERS)} | {pick(FILTERS)}",
        lambda: f"cat {pick(GLOBS)} | {pick(FILTERS)}",
        lambda: f"{pick(FILTERS)} < {pick(NAMES)}",
        lambda: f"mv {pick(NAMES)} {pick(NAMES)}",
        lambda: f"mv {pick(GLOBS)} {pick(('empty', 'docs', 'a.txt', 'fresh'))}",
        lambda: f"cp {pick(('', '-r ', '-p ', '-n '))}{pick(NAMES)} {pick(NAMES)}",
        lambda: f"cp -r {pick(('docs', 'l*', 'a.txt docs', '*.txt', 'logs/*'))} empty",
        lambda: f"rm {pick(('', '-r ', '-f ', '-rf '))}{pick(NAMES)} {pick(GLOBS)}",
        lambda: f"mkdir {pick(('', '-p '))}{pick(('new', 'new/{a,b}', 'logs', 'x/y/z', 'a.txt', 'docs/sub'))}",
        lambda: f"rmdir {pick(('empty', 'docs', 'docs/sub', 'missing', 'a.txt'))}",
        lambda: f"find . {pick(FINDS)} | sort",
        lambda: f"find {pick(('logs', 'docs', '. -maxdepth 2'))} {pick(FINDS)} | sort",
        lambda: f"find . {pick(FINDS)} -type f -delete",
        lambda: f"find . -type f {pick(FINDS)} -exec cp {{}} empty \\;",
        lambda: f"find . -type f {pick(FINDS)} | sort | xargs -n1 echo +",
        lambda: f"find . -type f {pick(FINDS)} -print0 | xargs -0 rm -f",
        lambda: f"grep {pick(('', '-c ', '-l ', '-n ', '-v ', '-h ', '-i '))}'{pick(WORDS)}' *.txt logs/*.log",
        lambda: f"grep -r{pick(('', 'l', 'h', 'c'))} '{pick(WORDS)}' {pick(('logs', 'docs', '.'))} | sort",
        lambda: f"sed -i 's/{pick(WORDS)}/NEW/{pick(('', 'g'))}' {pick(GLOBS)}",
        lambda: f"sed -i.bak '{pick(('1d', '/o/d', 's/two/2/'))}' {pick(('a.txt', '*.log', 'noend'))}",
        lambda: f"for f in {pick(GLOBS)}; do echo \"<$f>\" {pick(EXPANSIONS)}; done",
        lambda: f"for f in {pick(('*.txt', 'logs/*.log', 'docs/*.md'))}; do mv \"$f\" \"{pick(('${f%.*}.new', 'empty/${f##*/}', '$f.x'))}\"; done",
        lambda: f"f=$(ls {pick(('logs', 'docs', '.'))} | head -n 1); echo \"$f\" {pick(EXPANSIONS)}",
        lambda: f"if [ {pick(TESTS)} ]; then echo yes; else echo no > no.txt; fi",
        lambda: f"[ {pick(TESTS)} ] && {pick(('echo t', 'rm a.txt'))} || echo f",
        lambda: f"[[ {pick(('a.txt == *.txt', '-d docs && -f a.txt', '-f zz || 2 -lt 3', 'ab == a?', 'a == b'))} ]] && echo t",
        lambda: f"{pick(FILTERS)} {pick(('a.txt', 'num.csv', 'logs/app.log', 'noend'))} {pick(('>', '>>'))} {pick(('out', 'b.txt', 'docs/n2.md'))}",
        lambda: f"cat {pick(NAMES)} {pick(NAMES)} > out 2> err; cat out",
        lambda: f"cat {pick(NAMES)} nothing-there 2>/dev/null; echo $?",
        lambda: f"(cd {pick(('logs', 'docs', 'missing'))} && ls); ls {pick(('', '-a ', '-r ', '-t '))}| {pick(FILTERS)}",
        lambda: f"cd {pick(('logs', 'docs'))} && {pick(('rm *', 'touch n', 'mv * ..', 'cp -r . ../copy', 'pwd | cut -c1'))}",
        lambda: f"while read -r l; do echo \"[$l]\"; done < {pick(('a.txt', 'num.csv', 'logs/app.log'))} | {pick(FILTERS)}",
        lambda: f"ls {pick(NAMES)} | while read -r x; do echo \"$x\" >> list; done; cat list",
        lambda: f"touch {pick(GLOBS)} new{{1..3}}.txt; echo *",
        lambda: f"printf '%s-%d\\n' {pick(GLOBS)} 7",
        lambda: f"echo 'a  \"q\" $x' \"b  \\\"r\\\" \\$x $HOME_NOT\" c\\ d $'e\\tf' | {pick(FILTERS)}",
        lambda: f"basename {pick(NAMES)} .txt; dirname {pick(NAMES)}",
        lambda: f"! grep -q '{pick(WORDS)}' a.txt; echo $?",
        lambda: f"x='a.txt b.txt'; cat $x | wc -l; echo \"$x\" | {pick(FILTERS)}; ls \"$x\"",
        lambda: f"wc -l {pick(('a.txt', 'a.txt b.txt', '*.txt', 'noend'))}",
        lambda: f"ls {pick(GLOBS)} | xargs -I{{}} echo '<{{}}>'",
        lambda: f"cat a.txt | tee copy.txt {pick(('', '-a '))}| {pick(FILTERS)}",
        lambda: f"mkdir -p q && cp {pick(GLOBS)} q; ls q | {pick(FILTERS)}",
    )  # fmt: skip
    return kinds[int(rng.integers(len(kinds)))]()
