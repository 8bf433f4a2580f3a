#!/usr/bin/env python3
"""Recompute croupier's test vectors independently of its Go code. Python 3.8 or later, standard library only.

    verify_vectors.py vectors.json …       recompute everything; exit 1 and say where if anything differs
    verify_vectors.py --generate OUT.json  write a set of vectors from other inputs than vectors.json's

Written from the specification (docs/fairness.md), which explains the format of the files too. Of a whole round it checks
the commitment, the client seed and every draw; what the game makes of the draws is the game's rules page.
"""
import argparse
import hashlib
import hmac
import json
import sys
from fractions import Fraction


def require(condition, otherwise):
    if not condition:
        raise ValueError(otherwise)


def commitment(server_seed):
    return hashlib.sha256(server_seed.encode("ascii")).hexdigest()


def is_server_seed(text):
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)


def is_client_seed(text):
    return 1 <= len(text) <= 64 and all(" " <= c <= "~" and c not in ":#" for c in text)


def message(client_seed, nonce, label):
    return f"{client_seed}:{nonce}:{label}" if label else f"{client_seed}:{nonce}"


class Stream:
    """The draws under one label: the script's words first, then the bytes of the seeds."""

    def __init__(self, item, label=None):
        label = item["label"] if label is None else label
        self.key = item["serverSeed"].encode("ascii")
        self.message = message(item["clientSeed"], item["nonce"], label)
        self.script = list(item.get("script", {}).get(label, []))
        self.label = label
        self.buffer = b""
        self.block = 0
        self.draws = []

    def bytes(self, count):
        while len(self.buffer) < count:
            text = self.message if self.block == 0 else f"{self.message}#{self.block}"
            self.buffer += hmac.new(self.key, text.encode("ascii"), hashlib.sha512).digest()
            self.block += 1
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def uint32(self):
        return self.script.pop(0) if self.script else int.from_bytes(self.bytes(4), "big")

    def intn(self, n):
        require(1 <= n <= 2**32, f"n is {n}")
        words = [self.uint32()]
        while words[-1] >= 2**32 // n * n:
            words.append(self.uint32())
        value = words[-1] % n
        self.draws.append({"label": self.label, "n": n, "words": words, "value": value})
        return value

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.intn(i + 1)
            items[i], items[j] = items[j], items[i]
        return items

    def weighted(self, weights):
        r, total = self.intn(sum(weights)), 0
        for index, weight in enumerate(weights):
            total += weight
            if total > r:
                return index


def round_fair(item, num, den):
    """Return the whole payout and the draws that rounding it took: none, or one under the label pay."""
    payout = Fraction(num, den)  # in lowest terms
    whole, rest = divmod(payout.numerator, payout.denominator)
    if rest == 0:
        return whole, []
    stream = Stream(item, "pay")
    up = stream.intn(payout.denominator) < rest
    return whole + up, stream.draws


# For each section: from an item's inputs, the fields that must come out.

def expect_commitment(item):
    require(is_server_seed(item["serverSeed"]), "not a server seed")
    return {"serverSeedHash": commitment(item["serverSeed"])}


def expect_client_seed(item):
    return {"valid": is_client_seed(item["clientSeed"])}


def expect_stream(item):
    length = len(item["bytes"]) // 2
    return {"message": message(item["clientSeed"], item["nonce"], item["label"]),
            "bytes": Stream(item).bytes(length).hex()}


def expect_intn(item):
    stream = Stream(item)
    for draw in item["draws"]:
        stream.intn(draw["n"])
    return {"draws": stream.draws}


def expect_shuffle(item):
    return {"result": Stream(item).shuffle(list(range(item["length"])))}


def expect_weighted(item):
    stream = Stream(item)
    return {"picks": [stream.weighted(item["weights"]) for _ in item["picks"]]}


def expect_rounding(item):
    payout, draws = round_fair(item, int(item["num"]), int(item["den"]))
    return {"payout": str(payout), "draws": draws}


def expect_round(item):
    require(is_server_seed(item["serverSeed"]), "not a server seed")
    require(is_client_seed(item["clientSeed"]), "not a client seed")
    streams = {draw["label"]: Stream(item, draw["label"]) for draw in item["draws"]}
    draws = []
    for draw in item["draws"]:
        stream = streams[draw["label"]]
        stream.intn(draw["n"])
        draws.append(stream.draws[-1])
    return {"serverSeedHash": commitment(item["serverSeed"]), "draws": draws}


SECTIONS = {
    "commitments": expect_commitment,
    "clientSeeds": expect_client_seed,
    "streams": expect_stream,
    "intn": expect_intn,
    "shuffles": expect_shuffle,
    "weighted": expect_weighted,
    "rounding": expect_rounding,
    "rounds": expect_round,
}


def verify(path):
    """Return the number of items checked and the list of differences."""
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    if vectors.get("format") != 1 or set(vectors) - {"format", "madeBy"} != set(SECTIONS):
        return 0, [f"{path}: not a vectors file of format 1"]
    checked, differences = 0, []
    for section, expect in SECTIONS.items():
        for index, item in enumerate(vectors[section]):
            where = f"{path}: {section}[{index}]"
            checked += 1
            try:
                for field, want in expect(item).items():
                    if item[field] != want:
                        differences.append(f"{where}.{field}: file has {item[field]}, recomputed {want}")
            except (KeyError, TypeError, ValueError) as error:
                differences.append(f"{where}: {error!r}")
    return checked, differences


# The inputs of the generated set. Results that stand in them (zeros) only say how many there are to be.

def generated_inputs():
    seeds = [hashlib.sha256(f"python vectors {i}".encode()).hexdigest() for i in range(3)]

    def at(seed, client, nonce, label, **rest):
        return {"serverSeed": seeds[seed], "clientSeed": client, "nonce": nonce, "label": label, **rest}

    def numbers(*ns):
        return [{"n": n} for n in ns]

    return {
        "commitments": [{"serverSeed": s} for s in seeds] + [{"serverSeed": "f" * 64}],
        "clientSeeds": [{"clientSeed": s} for s in (
            "python", "-", "~" * 64, "~" * 65, "0:0", "#1", "\r\n", "ÿ", "two words", "\u200b", "a\u0000")],
        "streams": [
            at(0, "python", 0, "", bytes="00" * 256),
            at(0, "python", 0, "init", bytes="00" * 65),
            at(1, "!\"$%&'()*+,-./;<=>?@[\\]^_`{|}~", 12345, "17", bytes="00" * 68),
            at(1, "x", 9007199254740991, "fs99", bytes="00" * 64),
            at(2, "deep", 3, "pay", bytes="00" * 780),
        ],
        "intn": [
            at(0, "python", 1, "", draws=numbers(1, 2, 6, 37, 52, 255, 256, 257, 10**6, 2**32 - 1, 2**32)),
            at(1, "reject", 2, "0", draws=numbers(*[2**31 + 1] * 20)),
            at(2, "reject", 3, "1", draws=numbers(*[3 * 2**30, 2**31 + 2**29, 2**31 - 1, 2**32 - 5] * 5)),
            at(2, "forced", 4, "init", draws=numbers(7, 2**31 + 1, 10),
               script={"init": [2**32 - 1, 2**32 - 4, 5, 2**31 + 1, 2**31], "0": [1]}),
        ],
        "shuffles": [at(i % 3, "python", 5 + i, "init", length=n) for i, n in enumerate((0, 1, 2, 7, 52, 225))],
        "weighted": [
            at(0, "python", 20, "", weights=[3, 0, 1, 96], picks=[0] * 40),
            at(1, "python", 21, "3", weights=[2**31, 2**31], picks=[0] * 20),
            at(2, "python", 22, "3", weights=[2**32 - 1], picks=[0] * 2),
            at(2, "python", 23, "3", weights=[0, 1, 2**31, 0], picks=[0] * 20),
        ],
        "rounding": [
            at(i % 3, "python", 30 + i, "pay", num=num, den=den)
            for i, (num, den) in enumerate((
                ("0", "9"), ("12", "4"), ("1", "2"), ("14", "4"), ("2", "3"), ("123456789012345678901234567890", "97"),
                ("99999999", "100000000"), ("4294967295", "4294967296"), ("1", "4294967296")))
        ] + [
            at(0, "lowest terms", 40, "pay", num=num, den=den)  # one payout, so one draw, whatever it was written as
            for num, den in (("3", "7"), ("6", "14"), ("3000000000000", "7000000000000"))
        ] + [
            at(0, "forced", 41, "pay", num="7", den="3", script={"pay": [2**32 - 1, 1]}),
            at(0, "forced", 42, "pay", num="7", den="3", script={"pay": [0]}),
        ],
        "rounds": [],
    }


def generate(path):
    vectors = generated_inputs()
    lines = ['{', '"format": 1,', '"madeBy": "fairness/testdata/verify_vectors.py --generate",']
    for section, expect in SECTIONS.items():
        body = ",\n".join(json.dumps({**item, **expect(item)}) for item in vectors[section])
        lines.append(f'"{section}": [\n{body}\n],' if body else f'"{section}": [],')
    lines[-1] = lines[-1].rstrip(",")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description="Recompute croupier's fairness test vectors.")
    parser.add_argument("files", nargs="*", metavar="vectors.json")
    parser.add_argument("--generate", metavar="OUT.json")
    arguments = parser.parse_args()
    if not arguments.files and not arguments.generate:
        parser.error("nothing to do: name a vectors file, or --generate")
    if arguments.generate:
        generate(arguments.generate)
    failed = False
    for path in arguments.files:
        checked, differences = verify(path)
        print(f"{path}: {checked} items checked, {len(differences)} differences")
        for difference in differences:
            print(difference, file=sys.stderr)
        failed = failed or bool(differences)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
