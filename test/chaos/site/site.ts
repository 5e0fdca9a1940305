/**
 * The system under test (test/chaos/site): gateway, cloud and store as processes, each on a small disk, with faulty
 * links between them. Everything here can be made to fail; ../faults decides what does.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stringify } from 'smol-toml';
import { mergeTables } from '../../../shared/config/load-config.ts';
import { compiledEntry, packageRoot } from '../../../shared/files/paths.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import { FailingDisk } from '../../database/failing-disk.ts';
import { type Influxd, startInfluxd } from '../../support/influxd.ts';
import { makeCertificate } from '../../support/openssl.ts';
import { AlertReceiver } from '../../support/peers/alert-receiver.ts';
import { freePort } from '../../support/ports.ts';
import { ProductProcess } from '../../support/processes.ts';
import { type Disk, makeDisk } from './disk.ts';
import { HttpFaults } from './http-faults.ts';
import {
  ages,
  calmGateway,
  flooder,
  floodLimits,
  modest,
  namer,
  retentionSettings,
  rights,
  settledClock,
  shortLimits,
  stormGateway,
} from './limits.ts';
import { Link } from './link.ts';
import { Operated } from './operated.ts';
import type { Orders, WorkerName } from './preload.ts';

type Table = Record<string, unknown>;

export type StoreKind = 'embedded' | 'influx1';

export const gatewayName = 'chaos';
export const database = 'chaos';
const password = 'chaos-link-password';
const diskMib = 160;
const machineTypesDir = join(packageRoot, 'test', 'chaos', 'site', 'types');

export class Site {
  readonly store: StoreKind;
  readonly gatewayDisk: Disk;
  readonly cloudDisk: Disk;
  /** Makes writes to the cloud's database of operations fail; or why that is not possible. */
  readonly operationsDisk: FailingDisk | string;
  readonly link: Link;
  /** The receiver of the cloud's alerts. */
  readonly receiver = new AlertReceiver();
  readonly influxd: Influxd | null;
  readonly influxDisk: Disk | null;
  /** The proxy between cloud and InfluxDB. */
  readonly storeFaults: HttpFaults | null;
  readonly gateway: Operated;
  readonly cloud: Operated;
  readonly artefactsDir: string;
  readonly plantState: string;
  readonly #folder: string;
  /** Also runs when a run is stopped from outside; by then the disks' own handlers have unmounted them. */
  readonly #removeFolder = () => rmSync(this.#folder, { recursive: true, force: true });
  readonly #orders: Record<'gateway' | 'cloud', Orders> = { gateway: {}, cloud: {} };

  private constructor(parts: {
    folder: string;
    store: StoreKind;
    influxd: Influxd | null;
    influxDisk: Disk | null;
    storeFaults: HttpFaults | null;
    cloudPort: number;
  }) {
    const { folder, store, influxd, influxDisk, storeFaults, cloudPort } = parts;
    this.#folder = folder;
    this.store = store;
    this.influxd = influxd;
    this.influxDisk = influxDisk;
    this.storeFaults = storeFaults;
    this.gatewayDisk = makeDisk(folder, 'gateway', diskMib, {
      fill: () => this.order('gateway', { disk: 'full' }),
      free: () => this.order('gateway', { disk: 'well' }),
    });
    this.cloudDisk = makeDisk(folder, 'cloud', diskMib * 2);
    this.operationsDisk = failingDisk(folder, join(this.cloudDisk.path, 'data', 'operations'));
    this.artefactsDir = join(folder, 'artefacts');
    this.plantState = join(folder, 'plant.json');
    this.link = new Link(() => cloudPort);
    this.cloud = new Operated('cloud', this.#process('cloud', this.cloudDisk, cloudPort));
    this.gateway = new Operated('gateway', this.#process('gateway', this.gatewayDisk, 0));
    process.once('exit', this.#removeFolder);
  }

  static async start(folder: string, store: StoreKind): Promise<Site> {
    mkdirSync(folder, { recursive: true });
    const influxDisk = store === 'influx1' ? makeDisk(folder, 'influxd', diskMib) : null;
    const influxd = influxDisk ? await startInfluxd({ folder: influxDisk.path }) : null;
    const storeFaults = influxd ? new HttpFaults(influxd.url) : null;
    await storeFaults?.start();
    const site = new Site({ folder, store, influxd, influxDisk, storeFaults, cloudPort: await freePort() });
    try {
      await site.#begin();
      return site;
    } catch (error) {
      await site.stop();
      throw error;
    }
  }

  get gatewayDir(): string {
    return join(this.gatewayDisk.path, 'data');
  }

  get cloudDir(): string {
    return join(this.cloudDisk.path, 'data');
  }

  get journalDir(): string {
    return join(this.gatewayDir, 'journal');
  }

  /** Changes the configuration, which takes effect at the gateway's next start. */
  configureGateway(over: Table = {}): void {
    const config = {
      gateway: gatewayName,
      machineTypesDir,
      machines: [
        { match: 'chaos/*', type: 'generic' },
        { match: 'flood/*', type: 'generic' },
        { match: 'plant/*', type: 'pump' },
        { match: 'keeps/*', type: 'keeper' },
      ],
      machinesMax: floodLimits.machinesOfSender,
      decodeMsMax: shortLimits.decodeMsMax,
      broker: {
        anonymous: 'loopback',
        users: [flooder, namer, modest].map((user) => ({ ...user, ...rights })),
        sessionsMax: 100,
        retainedMessagesMax: floodLimits.retained,
        connectionsMax: floodLimits.connections,
      },
      http: { openOnLoopback: true },
      journal: { bytesMax: 64 << 20 },
      deadLetters: { countMax: floodLimits.letters },
      timestamps: { behindMsMax: ages.acceptedMs },
      intelligence: {
        machinesMax: floodLimits.watchedOfSender,
        artefactsDir: this.artefactsDir,
        requestMsMax: 2_000,
        restart: { maxMs: 1_000 },
      },
      // A model that hung or died is tried again soon, so that a later fault of it is visible.
      decisions: { alerts: { machinesMax: floodLimits.decided, breaker: { halfOpenAfterMs: 1_000 } } },
      uplink: { url: `mqtt://127.0.0.1:${this.link.port}`, password, ...shortLimits.uplink },
    };
    this.#write('gateway', mergeTables(config, over));
  }

  /** Instructions to the process from outside, see preload.ts. */
  order(process: 'gateway' | 'cloud', orders: Orders): void {
    Object.assign(this.#orders[process], orders);
    writeFileSync(this.#ordersFile(process), JSON.stringify(this.#orders[process]));
  }

  /** Stops or hangs one of the gateway's threads. */
  strike(which: WorkerName, action: 'die' | 'hang', hangMs?: number): void {
    const number = (this.#orders.gateway.thread?.number ?? 0) + 1;
    this.order('gateway', { thread: { number, which, action, ...(hangMs !== undefined && { hangMs }) } });
  }

  /** Another gateway of the same name, in an ordinary folder that is empty at first. */
  duplicateGateway(): ProductProcess {
    const dataDir = join(this.#folder, 'duplicate');
    rmSync(dataDir, { recursive: true, force: true });
    const env = { HARBINGER_LOG: 'info' };
    return new ProductProcess({ command: 'gateway', dataDir, configFile: this.#configFile('gateway'), env });
  }

  /** A gateway beside the one under test, which sends as the calm gateway and whose broker speaks TLS only. */
  tlsGateway(): ProductProcess {
    const dataDir = join(this.#folder, 'tls');
    rmSync(dataDir, { recursive: true, force: true });
    const [certFile, keyFile] = [join(this.#folder, 'tls.crt'), join(this.#folder, 'tls.key')];
    makeCertificate(certFile, keyFile, '-subj', '/CN=chaos');
    const { connections, connectMs } = floodLimits;
    this.#write('tls', {
      gateway: calmGateway.id,
      machines: [{ match: 'chaos/*', type: 'generic' }],
      broker: {
        anonymous: 'loopback',
        connectionsMax: connections,
        connectTimeoutMs: connectMs,
        tls: { certFile, keyFile },
      },
      uplink: { url: this.cloud.process.mqttUrl, password: calmGateway.password, ...shortLimits.uplink },
    });
    const env = { HARBINGER_LOG: 'info' };
    return new ProductProcess({ command: 'gateway', dataDir, configFile: this.#configFile('tls'), env });
  }

  async stop(): Promise<void> {
    await this.gateway.stop().catch(() => {});
    await this.cloud.stop().catch(() => {});
    await this.link.stop().catch(() => {});
    this.receiver.stop();
    await this.storeFaults?.stop();
    await this.influxd?.stop();
    this.influxDisk?.close();
    this.gatewayDisk.close();
    if (typeof this.operationsDisk !== 'string') this.operationsDisk.close();
    this.cloudDisk.close();
    this.#removeFolder();
    process.off('exit', this.#removeFolder);
  }

  async #begin(): Promise<void> {
    cpSync(join(packageRoot, 'models', 'artefacts'), this.artefactsDir, { recursive: true });
    await this.link.start();
    await this.receiver.start();
    this.order('gateway', { clockOffsetMs: 0 });
    this.order('cloud', { clockOffsetMs: 0 });
    this.configureGateway();
    this.#write('cloud', {
      machineTypesDir,
      gateways: [{ id: gatewayName, password }, stormGateway, calmGateway],
      alerts: { webhook: [{ name: 'hook', url: this.receiver.url, ...shortLimits.webhook }] },
      jobs: { retention: retentionSettings },
      operations: {
        notificationsMax: 100,
        machinesMax: floodLimits.machinesOfGateway,
        alertsOpenMax: floodLimits.openAlerts,
        eventsMax: floodLimits.events,
        quarantineMax: floodLimits.quarantine,
      },
      ingest: { ...shortLimits.ingest, connectionsMax: floodLimits.gatewayConnections },
      store: this.#storeConfig(),
      api: { openOnLoopback: true },
    });
    mkdirSync(this.cloudDir, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.cloudDir, 'retention.json'), settledClock(Date.now()));
    await this.cloud.start();
    await this.gateway.start();
  }

  #storeConfig(): Table {
    if (!this.storeFaults) return { kind: 'embedded' };
    const { url } = this.storeFaults;
    return { kind: 'influx', version: 1, url, database, timeoutMs: shortLimits.influxTimeoutMs };
  }

  #process(command: 'gateway' | 'cloud', disk: Disk, mqttPort: number) {
    const preload = pathToFileURL(compiledEntry('test/chaos/site/preload')).href;
    return {
      command,
      dataDir: join(disk.path, 'data'),
      configFile: this.#configFile(command),
      mqttPort,
      until: command === 'cloud' ? ('listening' as const) : ('ready' as const),
      env: {
        HARBINGER_LOG: 'info',
        NODE_OPTIONS: `--import ${preload}`,
        CHAOS_ORDERS: this.#ordersFile(command),
        ...(command === 'cloud' && typeof this.operationsDisk !== 'string' && this.operationsDisk.env),
      },
    };
  }

  #configFile(name: string): string {
    return join(this.#folder, `${name}.toml`);
  }

  #ordersFile(name: string): string {
    return join(this.#folder, `${name}-orders.json`);
  }

  #write(name: string, config: Table): void {
    writeFileSync(this.#configFile(name), stringify(config));
  }
}

function failingDisk(folder: string, dir: string): FailingDisk | string {
  try {
    return new FailingDisk(folder, { dir, code: 'EIO', seed: 1 });
  } catch (error) {
    return `writes can only be made to fail with a C compiler (${messageOf(error).split('\n')[0]})`;
  }
}
