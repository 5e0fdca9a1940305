import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { Alert, AlertStates } from '../ports/alerts.ts';
import type { MachineStates } from '../ports/machines.ts';
import type { ChangeFeed, StateChange } from '../ports/operations.ts';
import type { ViewContext } from './machine-evidence.ts';
import { byAttention, machineKey, shortState, statesOf, viewsOf } from './machine-view.ts';

export const streamTimes = { flushMs: 500, heartbeatMs: 15_000, behindMsMax: 30_000 } as const;
/** The snapshot of 20,000 machines has about 7 MB. */
export const unreadBytesMax = 64 << 20;

/** The state that streams show, and the feed of its changes. */
export interface StreamSources {
  machines: MachineStates;
  alerts: AlertStates;
  changes: ChangeFeed;
  viewContext(): ViewContext;
}

interface Client {
  response: ServerResponse;
  /** False from when its caller may not read any more: signed out, revoked, or the session is over. */
  isLetIn(): boolean;
  /** Time from which the connection has been full; null while it accepts data. */
  behindSinceMs: number | null;
  /** The frame that fills the connection; null while it accepts data. */
  unread: Buffer | null;
}

/**
 * Sends server-sent events to the open pages. Changes are collected and sent at most twice a second: `snapshot` first
 * (all machines, open alerts), then `change` (only what changed), and `tick` while nothing changes.
 *
 * Nothing is queued for a slow client: while its connection is full it gets no changes, then a fresh snapshot; after
 * 30 s its connection is closed, and its page reconnects by itself. A frame is encoded once for all clients, which share
 * its bytes. Clients that have stopped reading hold different frames; if these are more than `unreadBytesMax` together,
 * the client that has been behind for longest is closed.
 */
export class StreamHub {
  readonly #sources: StreamSources;
  readonly #clock: Clock;
  readonly #clientsMax: number;
  readonly #clients = new Set<Client>();
  /** Machines or alerts are gone since the last flush. */
  #isLess = false;
  readonly #changedMachines = new Set<string>();
  /** Gateways that became silent, or are heard again. */
  readonly #changedGateways = new Set<string>();
  /**
   * The state of each machine as all clients have it, or will have it with the next change. States also change with time,
   * and with the cloud's own store, while nothing comes of a machine.
   */
  readonly #sentStates = new Map<string, string>();
  readonly #changedAlerts = new Map<string, Alert>();
  /** The latest snapshot, until the next change is sent: all of its changes are still to be sent. */
  #snapshot: Buffer | null = null;
  #unsubscribe: () => void = () => {};
  #flushTimer: Timer | null = null;
  #heartbeatTimer: Timer | null = null;

  constructor(sources: StreamSources, clock: Clock, clientsMax: number) {
    this.#sources = sources;
    this.#clock = clock;
    this.#clientsMax = clientsMax;
  }

  get clients(): number {
    return this.#clients.size;
  }

  get full(): boolean {
    return this.#clients.size >= this.#clientsMax;
  }

  start(): void {
    this.#unsubscribe = this.#sources.changes.onChange((change) => this.#changed(change));
    this.#beat();
  }

  stop(): void {
    this.#unsubscribe();
    this.#flushTimer?.cancel();
    this.#heartbeatTimer?.cancel();
    for (const client of this.#clients) client.response.end();
    this.#clients.clear();
  }

  /** Takes over a response whose headers have been written. It is ended, and sent nothing more, once its caller is not let in. */
  add(response: ServerResponse, isLetIn: () => boolean): void {
    const client: Client = { response, isLetIn, behindSinceMs: null, unread: null };
    this.#clients.add(client);
    response.on('close', () => this.#clients.delete(client));
    response.on('error', () => this.#clients.delete(client));
    response.on('drain', () => {
      client.unread = null;
      if (client.behindSinceMs === null) return;
      client.behindSinceMs = null;
      if (!isLetIn()) return this.#close(client);
      this.#write(client, this.#freshSnapshot());
      this.#boundUnread();
    });
    response.write('retry: 2000\n\n');
    this.#write(client, this.#freshSnapshot());
    this.#boundUnread();
  }

  #changed(change: StateChange): void {
    if (this.#clients.size === 0) {
      // This change will not be sent, so the next client needs it in its snapshot.
      this.#snapshot = null;
      return;
    }
    if (change.isLess) this.#isLess = true;
    for (const machine of change.machines) this.#changedMachines.add(machineKey(machine));
    for (const alert of change.alerts) {
      this.#changedAlerts.set(alert.alertId, alert);
      if ('condition' in alert) {
        const { about } = alert.condition;
        if (about.kind === 'gateway') this.#changedGateways.add(about.name);
        continue;
      }
      // An alert changes its machine's urgency.
      const { site, machine } = alert.prediction;
      this.#changedMachines.add(machineKey({ gateway: alert.gateway, site, machine }));
    }
    this.#flushSoon();
  }

  #flushSoon(): void {
    this.#flushTimer ??= this.#clock.setTimer(streamTimes.flushMs, () => this.#flush());
  }

  #flush(): void {
    this.#flushTimer?.cancel();
    this.#flushTimer = null;
    if (this.#isLess) return this.#startOver();
    const changed = this.#sources.machines
      .all()
      .filter(
        (state) => this.#changedMachines.has(machineKey(state)) || this.#changedGateways.has(state.gateway),
      );
    const machines = viewsOf(changed, this.#sources.alerts.all('open'), this.#sources.viewContext());
    for (const view of machines) this.#sentStates.set(machineKey(view), shortState(view));
    const alerts = [...this.#changedAlerts.values()];
    this.#changedMachines.clear();
    this.#changedGateways.clear();
    this.#changedAlerts.clear();
    this.#snapshot = null;
    this.#send(message('change', { atMs: this.#clock.nowMs(), machines, alerts }));
  }

  /** Sends everything anew to all clients: no change says what is gone. */
  #startOver(): void {
    this.#isLess = false;
    this.#changedMachines.clear();
    this.#changedGateways.clear();
    this.#changedAlerts.clear();
    this.#sentStates.clear();
    this.#snapshot = null;
    this.#send(this.#freshSnapshot());
  }

  /** Sends the machines whose state has changed although nothing came of them. */
  #sendChangedStates(): void {
    if (this.#clients.size === 0) {
      this.#snapshot = null;
      return;
    }
    const { machines, alerts, viewContext } = this.#sources;
    for (const [key, state] of statesOf(machines.all(), alerts.all('open'), viewContext()))
      if (this.#sentStates.get(key) !== state) this.#changedMachines.add(key);
    if (this.#changedMachines.size > 0) this.#flush();
  }

  #beat(): void {
    this.#sendChangedStates();
    this.#send(`: heartbeat\n${message('tick', { atMs: this.#clock.nowMs() })}`);
    this.#heartbeatTimer = this.#clock.setTimer(streamTimes.heartbeatMs, () => this.#beat());
  }

  #send(text: string | Buffer): void {
    const frame = typeof text === 'string' ? Buffer.from(text) : text;
    for (const client of this.#clients) {
      if (!client.isLetIn()) this.#close(client);
      else if (!client.response.writableNeedDrain) this.#write(client, frame);
      else this.#fallBehind(client);
    }
    this.#boundUnread();
  }

  #write(client: Client, frame: Buffer): void {
    if (!client.response.write(frame)) client.unread = frame;
  }

  #fallBehind(client: Client): void {
    const nowMs = this.#clock.monotonicMs();
    client.behindSinceMs ??= nowMs;
    if (nowMs - client.behindSinceMs > streamTimes.behindMsMax) this.#close(client);
  }

  /** Closes the clients that have been behind for longest until what the others have not read is little enough. */
  #boundUnread(): void {
    while (this.#unreadBytes() > unreadBytesMax) {
      // Clients are in the order in which they came.
      const behind = [...this.#clients].filter(({ unread }) => unread !== null);
      const first = behind.reduce((a, b) =>
        (b.behindSinceMs ?? Infinity) < (a.behindSinceMs ?? Infinity) ? b : a,
      );
      // One frame may be larger than the limit, and all may be about to read it.
      if (behind.every(({ unread }) => unread === first.unread)) return;
      this.#close(first);
    }
  }

  #unreadBytes(): number {
    const frames = new Set<Buffer>();
    for (const { unread } of this.#clients) if (unread) frames.add(unread);
    let bytes = 0;
    for (const frame of frames) bytes += frame.length;
    return bytes;
  }

  #close(client: Client): void {
    this.#clients.delete(client);
    client.response.destroy();
  }

  #freshSnapshot(): Buffer {
    if (this.#snapshot) return this.#snapshot;
    // Nobody else has anything that could differ.
    if (this.#clients.size <= 1) this.#sentStates.clear();
    const alerts = this.#sources.alerts.all('open').toSorted(byAttention);
    const machines = viewsOf(this.#sources.machines.all(), alerts, this.#sources.viewContext());
    for (const view of machines) this.#shownInSnapshot(machineKey(view), shortState(view));
    this.#snapshot = Buffer.from(message('snapshot', { atMs: this.#clock.nowMs(), machines, alerts }));
    return this.#snapshot;
  }

  /** A snapshot goes to one client: what differs from what the others have is sent to all soon. */
  #shownInSnapshot(key: string, state: string): void {
    const sent = this.#sentStates.get(key);
    if (sent === state) return;
    if (sent === undefined) this.#sentStates.set(key, state);
    else {
      this.#changedMachines.add(key);
      this.#flushSoon();
    }
  }
}

function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
