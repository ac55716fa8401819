// What programs under test share: bench/compare/peer installs and starts them, these ask them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { limits } from '../limits.mjs';

/// The first version that a command's output shows.
export function versionOf(command, ...args) {
    const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    return /\d+\.\d+[.\w+~-]*/.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[0] ?? 'unknown';
}

const peer = (context) => join(context.root, 'bench/compare/peer');

/// Installs a peer. {version} or {missing}: why it can't be run here.
export function install(context, name) {
    const { status, stdout, stderr, error } = spawnSync(peer(context), ['install', name],
        { encoding: 'utf8', env: { ...process.env, bin: context.bin } });
    if (status === 0) return { version: stdout.trim().split('\n').at(-1) };
    const reason = (stderr ?? String(error)).trim().split('\n').at(-1).replace(/^SKIPPED: [^:]*: /, '');
    return { missing: reason || 'it could not be installed' };
}

/// The command of one node, with the limits that it is to keep by itself: those of `node_limits`, or else all of them.
export function nodeCommand(stack, member) {
    const { requests, tokens } = { ...limits, tokens: limits.output, ...stack.program.node_limits?.(stack.nodes) };
    return {
        command: peer(stack),
        args: ['run', stack.program.name, member.folder, member.port, stack.redis_port ?? 0, stack.provider_port,
            requests, tokens].map(String),
        options: { env: { ...process.env, bin: stack.bin } },
    };
}

export async function getJson(port, path, headers = {}) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers, signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
}

/// The key of a call's row, and what tells the stand-in provider how to answer and which call it was.
export function usualHeaders(call) {
    const headers = { authorization: `Bearer test-${call.row}`, 'x-mock-id': call.id };
    for (const [name, value] of Object.entries(call.knobs)) headers[`x-mock-${name}`] = String(value);
    return headers;
}
