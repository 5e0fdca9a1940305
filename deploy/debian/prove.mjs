/**
 * Installs, sets up, runs, upgrades, refuses to downgrade, removes and purges the package of the gateway with the real dpkg in
 * a bare system without Node, and prints what it found. Needs root and, from Debian: mmdebstrap, lintian, mosquitto-clients,
 * curl, iproute2. The system has networks, processes and mounts of its own, and is removed at the end.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../build/problem.mjs';
import { gatewayRun } from './run-in-root.mjs';

const suite = 'trixie';
const tools = ['mmdebstrap', 'lintian', 'mosquitto_pub', 'curl', 'unshare', 'systemd-analyze'];
const exposureMax = 2;

/**
 * @param {string} root
 * @param {string} out
 * @param {(text: string) => void} say
 * @param {typeof import('./packages.mjs').makePackage} makePackage
 */
export async function prove(root, out, say, makePackage) {
  const missing = tools.filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (missing.length > 0 || process.getuid?.() !== 0)
    throw new Problem(
      'BUNDLE_TOOL',
      `the proof needs root and ${tools.join(', ')}; missing: ${missing.join(', ') || 'root'}`,
    );
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const newer = `${version}+1`;
  const make = (/** @type {string} */ as) =>
    makePackage(root, out, { side: 'gateway', arch: 'amd64', compression: 'gzip', version: as });
  const files = { old: await make(version), new: await make(newer) };
  const dir = mkdtempSync(join(tmpdir(), 'harbinger-proof-'));
  const results = new Results(say);
  try {
    const system = new BareSystem(bareRoot(out, say), join(dir, 'root'));
    copyFileSync(files.old, join(system.folder, 'old.deb'));
    copyFileSync(files.new, join(system.folder, 'new.deb'));
    lifeOfPackage(system, { version, newer }, results);
    const unit = join(root, 'deploy', 'debian', 'harbinger-gateway.service');
    results.note(`systemd-analyze security is under ${exposureMax}`, ...exposureOf(unit));
    const lint = spawnSync('lintian', ['--fail-on', 'error', '--tag-display-limit', '0', files.old], {
      encoding: 'utf8',
    });
    writeFileSync(join(out, 'lintian.txt'), `${lint.stdout}${lint.stderr}`);
    results.note(
      'lintian finds no error',
      lint.status === 0,
      lint.stdout
        .split('\n')
        .filter((line) => line.startsWith('E:'))
        .join('; '),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  results.end();
}

/**
 * @param {BareSystem} system
 * @param {{ version: string, newer: string }} versions
 * @param {Results} results
 */
function lifeOfPackage(system, { version, newer }, results) {
  const ok = (/** @type {string} */ what, /** @type {string} */ command) => {
    const { status, output } = system.run(command);
    results.note(what, status === 0, output);
  };
  ok('the system has no Node', '! command -v node');
  ok('installs', 'dpkg -i /old.deb');
  ok('has a user of its own, in the group of serial ports', 'id -nG harbinger | grep -qw dialout');
  ok(
    'its service is enabled',
    'test -L /etc/systemd/system/multi-user.target.wants/harbinger-gateway.service',
  );
  ok('its tool runs', `harbinger --version | grep -qx ${version}`);
  writeFileSync(
    join(system.folder, 'answers.toml'),
    'site = "hall-1"\nmachine = "pump-3"\ngateway = "gw-1"\n',
  );
  const setup = system.run('umask 077; harbinger setup gateway --answers /answers.toml');
  const password = /kept nowhere else: (\S+)/.exec(setup.output)?.[1] ?? '';
  results.note('is set up from a file of answers', setup.status === 0 && password !== '', setup.output);
  const first = gatewayRun(system.folder, { user: 'pump-3', password, topic: 'telemetry/hall-1/pump-3' });
  results.note(
    `acknowledges a reading ${first.seconds} s after its start, as its own user`,
    first.isAcknowledged,
    first.output,
  );
  writeFileSync(join(system.folder, 'wrong.toml'), '[broker]\nport = "x"\n');
  ok(
    'names what is wrong in a file of settings',
    'harbinger config check gateway /wrong.toml 2>&1 >/dev/null | grep -q "wrong.toml:2"',
  );
  appendFileSync(join(system.folder, 'etc/harbinger/gateway.toml'), '# a change of the owner\n');
  ok('upgrades', 'dpkg -i /new.deb </dev/null');
  ok('keeps what the owner has changed', 'grep -q "a change of the owner" /etc/harbinger/gateway.toml');
  const second = gatewayRun(system.folder, { user: 'pump-3', password, topic: 'telemetry/hall-1/pump-3' });
  results.note(
    'the new version has the reading of the old one, and takes another',
    second.isAcknowledged && second.blocks > first.blocks,
    second.output,
  );
  ok(
    'refuses an older version, and says what to do',
    '! dpkg -i /old.deb >/refused 2>&1 && grep -q "Restore a backup that" /refused',
  );
  ok('and the newer one stays', `dpkg-query -W -f '\${Version}' harbinger-gateway | grep -qxF '${newer}'`);
  ok(
    'is removed',
    'dpkg -r harbinger-gateway && ! command -v harbinger && test ! -e /usr/lib/harbinger-gateway',
  );
  ok(
    'and its settings and data stay',
    'test -s /etc/harbinger/gateway.toml.d/10-setup.toml && test -d /var/lib/harbinger/gateway/journal',
  );
  ok('is purged, with its settings', 'dpkg -P harbinger-gateway && test ! -e /etc/harbinger');
  ok('and its data stay', 'test -d /var/lib/harbinger/gateway/journal');
}

/** @param {string} unit @returns {[boolean, string]} */
function exposureOf(unit) {
  const { stdout, stderr } = spawnSync(
    'systemd-analyze',
    ['security', '--offline=true', '--no-pager', unit],
    { encoding: 'utf8' },
  );
  const found = /exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1];
  return [found !== undefined && Number(found) < exposureMax, `${found ?? stderr}`];
}

/** Makes the archive of a bare system once. @param {string} out @param {(text: string) => void} say */
function bareRoot(out, say) {
  const archive = join(out, `${suite}.tar`);
  if (existsSync(archive)) return archive;
  say(`making a bare ${suite}, once`);
  const args = ['--variant=minbase', '--include=systemd,udev', suite, `${archive}.new`];
  const { status, stderr } = spawnSync('mmdebstrap', ['--format=tar', ...args], { encoding: 'utf8' });
  if (status !== 0)
    throw new Problem('BUNDLE_TOOL', `mmdebstrap could not make ${suite}: ${stderr.slice(-2_000)}`);
  spawnSync('mv', [`${archive}.new`, archive]);
  return archive;
}

class BareSystem {
  /**
   * @param {string} archive
   * @param {string} folder
   */
  constructor(archive, folder) {
    this.folder = folder;
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    spawnSync('tar', ['-xpf', archive, '-C', folder, '--numeric-owner'], { stdio: 'ignore' });
  }

  /** @param {string} command */
  run(command) {
    const script = `mount -t proc proc "${this.folder}/proc" && mount --bind /dev "${this.folder}/dev" && exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive chroot "${this.folder}" sh -c "$1"`;
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', '--pid', '--fork', '--net', 'sh', '-c', script, 'sh', command],
      { encoding: 'utf8', timeout: 300_000 },
    );
    return { status, output: `${stdout}${stderr}`.trim() };
  }
}

/** Findings, printed as it is found. */
class Results {
  passed = 0;
  failed = 0;

  /** @param {(text: string) => void} say */
  constructor(say) {
    this.say = say;
  }

  /**
   * @param {string} what
   * @param {boolean} isOk
   * @param {string} output
   */
  note(what, isOk, output) {
    if (isOk) this.passed++;
    else this.failed++;
    this.say(isOk ? `ok      ${what}` : `FAILED  ${what}\n${output}`);
  }

  end() {
    const { passed, failed } = this;
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    if (failed > 0) process.exitCode = 1;
  }
}
