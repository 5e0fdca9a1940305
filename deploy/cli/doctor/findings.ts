/**
 * The doctor of an installation (deploy/cli/doctor): what is wrong is judged here from facts that facts.ts gathers; doctor.ts prints it,
 * and support-bundle.ts collects what a helper needs. Nothing is changed by any of them.
 */
import { earliestMs } from '../../../shared/runtime/clock.ts';

export type State = 'ok' | 'doubt' | 'wrong';

export interface Finding {
  about: string;
  state: State;
  text: string;
  /** Advice: what to do. */
  advice?: string;
}

/** Facts that were seen; null or left out where they cannot be. */
export interface Facts {
  side: 'gateway' | 'cloud';
  nowMs: number;
  isClockSynchronised: boolean | null;
  dataDir: string;
  dataDirProblem: string | null;
  freeBytes: number | null;
  /** Bytes that the journal may still grow by, or that a store is likely to need. */
  neededBytes: number;
  /** Tenths of its life that a card or a disk says are used, by device. */
  wear: { device: string; usedTenths: number }[];
  configFile: string;
  configProblems: string[];
  configWarnings: string[];
  /** Files with passwords that everybody may read. */
  openFiles: string[];
  /** Serial ports of the configuration that cannot be opened, and why. */
  serialProblems: string[];
  /** Listening ports that are taken although the side does not run. */
  takenPorts: { setting: string; port: number }[];
  /** The cloud of a gateway: null if none is configured. */
  uplink: { url: string; problem: string | null } | null;
  running: RunningFacts | null;
  ownVersion: string;
}

export interface RunningFacts {
  url: string;
  version: string | null;
  /** Why it is not ready. */
  reasons: string[];
  modelState: string | null;
  backlogBlocks: number | null;
  isConnected: boolean | null;
  /** Settings that the cloud wants otherwise than the configuration file, in words. */
  settings: string[];
}

/** Blocks of a few hundred readings each: more than some minutes of a full site. */
const backlogBlocksMax = 1_000;
const wornTenths = 8;

export function findingsOf(facts: Facts): Finding[] {
  return [
    clock(facts),
    ...disk(facts),
    ...wear(facts),
    ...configuration(facts),
    ...permissions(facts),
    ...network(facts),
    ...running(facts),
  ];
}

const ok = (about: string, text: string): Finding => ({ about, state: 'ok', text });

function clock({ nowMs, isClockSynchronised }: Facts): Finding {
  const time = new Date(nowMs).toISOString().slice(0, 19);
  if (nowMs < earliestMs)
    return {
      about: 'clock',
      state: 'wrong',
      text: `the clock says ${time}: it is not set`,
      advice:
        'let it find its time (timedatectl set-ntp true, and a network), or set it: date --set; a board without a battery forgets it',
    };
  if (isClockSynchronised === false)
    return {
      about: 'clock',
      state: 'doubt',
      text: `the clock says ${time}, and nothing keeps it right`,
      advice:
        'install systemd-timesyncd or chrony, and let it reach a time server; readings without a time of their own get this one',
    };
  return ok('clock', `${time} UTC`);
}

const gib = (bytes: number) => `${(bytes / (1 << 30)).toFixed(1)} GiB`;

function disk({ dataDir, dataDirProblem, freeBytes, neededBytes }: Facts): Finding[] {
  if (dataDirProblem !== null)
    return [
      {
        about: 'disk',
        state: 'wrong',
        text: `the data folder ${dataDir}: ${dataDirProblem}`,
        advice:
          'make it, or give it to the user of the service: chown -R harbinger:harbinger; a service makes it at its first start',
      },
    ];
  if (freeBytes === null) return [];
  if (freeBytes < neededBytes)
    return [
      {
        about: 'disk',
        state: freeBytes < neededBytes / 10 ? 'wrong' : 'doubt',
        text: `${gib(freeBytes)} are free for ${dataDir}, and ${gib(neededBytes)} may be needed`,
        advice:
          'free space, take a larger disk, or lower journal.bytesMax (gateway) or the store’s limits (cloud)',
      },
    ];
  return [ok('disk', `${gib(freeBytes)} free for ${dataDir}`)];
}

function wear({ wear: devices }: Facts): Finding[] {
  return devices.map(({ device, usedTenths }) => {
    const text = `${device} has used about ${usedTenths * 10} % of its life`;
    if (usedTenths < wornTenths) return ok('wear', text);
    const advice = 'make a backup (harbinger backup) and replace it soon; journal.gatherMs spares a card';
    return { about: 'wear', state: usedTenths >= 10 ? 'wrong' : 'doubt', text, advice };
  });
}

function configuration({ side, configFile, configProblems, configWarnings }: Facts): Finding[] {
  const advice = `correct it, and check it: harbinger config check ${side} ${configFile}`;
  const found: Finding[] = [
    ...configProblems.map((text): Finding => ({ about: 'configuration', state: 'wrong', text, advice })),
    ...configWarnings.map((text): Finding => ({ about: 'configuration', state: 'doubt', text })),
  ];
  return found.length > 0 ? found : [ok('configuration', `${configFile} and its certificates are sound`)];
}

function permissions({ openFiles, serialProblems, takenPorts }: Facts): Finding[] {
  return [
    ...openFiles.map(
      (path): Finding => ({
        about: 'permissions',
        state: 'doubt',
        text: `everybody on this computer may read ${path}, which may have passwords`,
        advice: `chmod o-rwx ${path}`,
      }),
    ),
    ...serialProblems.map(
      (text): Finding => ({
        about: 'serial ports',
        state: 'wrong',
        text,
        advice:
          'plug the device in (ls -l /dev/serial/by-id), and let the user of the service be in the group dialout',
      }),
    ),
    ...takenPorts.map(
      ({ setting, port }): Finding => ({
        about: 'ports',
        state: 'wrong',
        text: `port ${port} (${setting}) belongs to another program`,
        advice: `see which (ss -ltnp 'sport = :${port}'), end it, or choose another port; a Mosquitto often has 1883`,
      }),
    ),
  ];
}

function network({ uplink }: Facts): Finding[] {
  if (uplink === null) return [];
  const { url, problem } = uplink;
  if (problem === null) return [ok('network', `${url} can be reached`)];
  const advice =
    'see to network, name and firewall; until then everything is kept, as far as the journal has room';
  return [
    { about: 'network', state: 'wrong', text: `the cloud at ${url} cannot be reached: ${problem}`, advice },
  ];
}

function running({ side, running: process, ownVersion }: Facts): Finding[] {
  if (process === null)
    return [
      {
        about: 'service',
        state: 'wrong',
        text: `the ${side} does not run`,
        advice: `systemctl status harbinger-${side}; why it ended: journalctl -u harbinger-${side} -n 50; first settings: harbinger setup ${side}`,
      },
    ];
  const { url, version, reasons, modelState, backlogBlocks, isConnected, settings } = process;
  const found: Finding[] = reasons.map((text) => ({ about: 'service', state: 'wrong', text }));
  if (reasons.length === 0) found.push(ok('service', `the ${side} runs and is ready (${url})`));
  if (version !== null && version !== ownVersion)
    found.push({
      about: 'versions',
      state: 'doubt',
      text: `the ${side} that runs is ${version}, and this tool is ${ownVersion}`,
      advice: `systemctl restart harbinger-${side}`,
    });
  else found.push(ok('versions', ownVersion));
  found.push(...settings.map((text) => ok('settings', text)));
  if (modelState !== null && modelState !== 'ready')
    found.push({
      about: 'model',
      state: 'doubt',
      text: `the model is ${modelState}; rules decide meanwhile`,
      advice: `journalctl -u harbinger-${side} | grep model says why`,
    });
  else if (modelState !== null) found.push(ok('model', 'ready'));
  if (isConnected === false)
    found.push({
      about: 'uplink',
      state: 'doubt',
      text: 'the gateway is not connected to its cloud',
      advice: 'the log says why (password, certificate, name); what is measured is kept meanwhile',
    });
  if (backlogBlocks !== null && backlogBlocks > backlogBlocksMax)
    found.push({
      about: 'backlog',
      state: 'doubt',
      text: `${backlogBlocks} blocks wait for the cloud`,
      advice:
        'it shrinks by itself while the cloud is connected; if it grows, the line is too slow or the cloud is away',
    });
  else if (backlogBlocks !== null) found.push(ok('backlog', `${backlogBlocks} blocks wait for the cloud`));
  return found;
}
