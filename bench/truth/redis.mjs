// Enough of Redis's protocol to read a program's books: one command, one connection.
import { connect } from 'node:net';

/// [value, end], or undefined where the text is not whole. Sizes are of bytes: `text` is latin1.
export function parse(text, at = 0) {
    const line_end = text.indexOf('\r\n', at);
    if (line_end < 0) return undefined;
    const word = text.slice(at + 1, line_end), next = line_end + 2;
    switch (text[at]) {
        case '+': return [word, next];
        case '-': throw new Error(`Redis: ${word}`);
        case ':': return [Number(word), next];
        case '$': {
            const size = Number(word);
            if (size < 0) return [null, next];
            return text.length < next + size + 2 ? undefined : [text.slice(next, next + size), next + size + 2];
        }
        case '*': {
            const list = [];
            let end = next;
            for (let left = Number(word); left > 0; --left) {
                const item = parse(text, end);
                if (!item) return undefined;
                list.push(item[0]);
                end = item[1];
            }
            return [list, end];
        }
        default: throw new Error(`no answer of Redis: ${text.slice(at, at + 20)}`);
    }
}

export function command(port, words) {
    return new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        let text = '';
        socket.setTimeout(5000, () => socket.destroy(new Error('Redis does not answer')));
        socket.on('error', reject);
        socket.on('data', (piece) => {
            text += piece.toString('latin1');
            try {
                const answer = parse(text);
                if (!answer) return;
                resolve(answer[0]);
            } catch (problem) { reject(problem); }
            socket.destroy();
        });
        const bulks = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
        socket.write(`*${words.length}\r\n${bulks.join('')}`);
    });
}
