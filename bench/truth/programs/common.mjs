// What programs under test share.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';

export function hasCommand(name) {
    return process.env.PATH.split(delimiter).concat('/usr/sbin').some((folder) => {
        try { accessSync(join(folder, name), constants.X_OK); return true; } catch { return false; }
    });
}

/// The first version that a command's output shows.
export function versionOf(command, ...args) {
    const { stdout = '', stderr = '' } = spawnSync(command, args, { encoding: 'utf8' });
    return /\d+\.\d+[.\w+~-]*/.exec(stdout + stderr)?.[0] ?? 'unknown';
}

export async function getJson(port, path, headers = {}) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers, signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
}

/// What tells the stand-in provider how to answer a call, and who it was.
export function knobHeaders(call) {
    const headers = { 'x-mock-id': call.id };
    for (const [name, value] of Object.entries(call.knobs)) headers[`x-mock-${name}`] = String(value);
    return headers;
}
