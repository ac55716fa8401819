// One program under test: its nodes, its stand-in provider, its Redis where it uses one.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from './client.mjs';
import { freePort, listens, Process } from './processes.mjs';
import { nodeCommand, usualHeaders } from './programs/common.mjs';
import { command as redisCommand } from './redis.mjs';

export class Stack {
    constructor(program, nodes, context) {
        Object.assign(this, { program, nodes, ...context });
        this.name = `${program.name}-${nodes}`;
        this.folder = join(context.work, this.name);
        this.log = join(this.folder, 'provider.jsonl');
    }

    async start() {
        mkdirSync(this.folder, { recursive: true });
        chmodSync(this.folder, 0o755);
        writeFileSync(this.log, '');
        this.provider_port = await freePort();
        this.provider = this.process('weir-mock', join(this.bin, 'weir-mock'),
            ['--listen', `127.0.0.1:${this.provider_port}`, '--log', this.log]);
        await this.provider.start(() => listens(this.provider_port));
        if (this.program.redis) await this.startRedis();
        this.members = [];
        for (let number = 0; number < this.nodes; ++number) this.members.push(await this.member(number));
        // Slow ones start side by side.
        await Promise.all(this.members.map((member) => this.startMember(member)));
        this.client = new Client(this.members.map((member) => member.port),
            (call) => ({ ...usualHeaders(call), ...this.program.headers }));
    }

    async startRedis() {
        this.redis_port = await freePort();
        this.redis = this.process('redis', 'redis-server', ['--port', String(this.redis_port), '--bind', '127.0.0.1',
            '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction', '--dir', this.folder]);
        await this.redis.start(() => listens(this.redis_port));
    }

    async member(number) {
        const folder = join(this.folder, `node-${number}`);
        mkdirSync(folder, { recursive: true });
        chmodSync(folder, 0o755);
        const member = { number, folder, port: await freePort() };
        const { command, args, options } = nodeCommand(this, member);
        member.process = new Process(`${this.name} node ${number}`, join(folder, 'output.log'), command, args, options);
        return member;
    }

    startMember(member) {
        return member.process.start(() => listens(member.port), this.program.start_timeout_ms);
    }

    process(name, command, args) {
        return new Process(`${this.name} ${name}`, join(this.folder, `${name}.log`), command, args);
    }

    askRedis(...words) { return redisCommand(this.redis_port, words); }

    async stop() {
        this.client?.close();
        const all = [...(this.members ?? []).map((member) => member.process), this.redis, this.provider];
        await Promise.all(all.filter((one) => one?.child).map((one) => one.stop()));
    }
}
