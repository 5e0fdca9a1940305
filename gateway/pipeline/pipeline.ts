/**
 * The pipeline (gateway/pipeline): the way of messages across the thread border and through the data thread. Only this
 * folder has code of both threads: client.ts and the slab queue run in the main thread, plane.ts and what it composes
 * in the data thread. It may import the rooms of the data thread, and never sources, watch, decisions, jobs or the
 * API.
 *
 * The way of a reading to its acknowledgement: raw messages in; journal and dead letters durable; then the ack.
 *
 *   slab of raw messages ▶ route by topic ▶ decode ▶ contract ▶ identity ▶ block ▶ JOURNAL ─▶ settled (acks)
 *                              └──────────┴──────────┴─▶ dead letter ▶ durable ─▶ settled        └▶ columns (windows)
 *
 * Runs in the data thread. A batch is settled when everything in it is on disk and everything before it too, so a
 * resend that was recognised is never acknowledged ahead of its original.
 */

import { Layouts } from '../decode/fast-json/layouts.ts';
import type { RefusedMessage } from '../decode/fields/field-notes.ts';
import { isReadAgain, isToldAgain } from '../decode/identity/retained-again.ts';
import type { MachineSchema } from '../decode/machines/machine-schema.ts';
import { UnknownMachine } from '../decode/machines/unknown-machine.ts';
import type { Route } from '../decode/routes.ts';
import type { ReadingClaim } from '../decode/row.ts';
import { newRow } from '../decode/row.ts';
import { ownMessage, partOf, resolveTimes } from '../decode/single-reading.ts';
import type { Decoded } from '../ports/decode.ts';
import type { Block } from '../ports/journal.ts';
import type { RawMessage } from '../ports/source.ts';
import type { ColumnBatch } from '../ports/watch.ts';
import { InOrder } from './in-order.ts';
import { BatchLetters } from './letter.ts';
import { reported } from './maintenance/reported.ts';
import type { Begun, PipelineCounts, PipelineDeps } from './pipeline-deps.ts';
import { withoutRows } from './rows-to-send.ts';
import { type Exceptions, settle } from './settle.ts';
import { InHand } from './stuck/in-hand.ts';
import { Pulse } from './stuck/pulse.ts';
import { StuckMessages, stuckError } from './stuck/stuck-messages.ts';
import { type EachMessage, handleEach, type MessageHandler } from './stuck/watched-batch.ts';

export class Pipeline implements MessageHandler<Begun> {
  /** Messages that were stuck; they are not tried again, unless somebody sends their dead letters again. */
  readonly stuckMessages = new StuckMessages();
  readonly counts: PipelineCounts = {
    ...{ messages: 0, readings: 0, deadLetters: 0, fieldsIgnored: 0, ignored: 0 },
  };
  private readonly deps: PipelineDeps;
  private readonly inHand: InHand;
  private readonly row = newRow();
  private readonly layouts: Layouts;
  private readonly toWindows = new InOrder();
  private readonly inFlight = new Set<Promise<unknown>>();
  private letters = new BatchLetters();
  /** Parts of the batch that concern single messages: their places in it, and what they wait for. */
  private own: { messages: number[]; done: Promise<void> }[] = [];
  /** Places of retained messages that were not all stored as readings. */
  private retainedNotReadings: number[] = [];
  /** That of the current message. */
  private place = 0;
  private isRedrive = false;

  constructor(deps: PipelineDeps) {
    this.deps = deps;
    this.layouts = new Layouts((schema, reading) => deps.fields.passedOver(schema, reading));
    this.inHand = new InHand(deps.pulse ?? new Pulse(), deps.suspects ?? null, this.stuckMessages);
  }

  /**
   * Processes a batch; resolves when it is durable, with its exceptions, if there are any: the messages that are not
   * durable (those whose dead letters or changes could not be written), and retained ones that were not stored as
   * readings. Rejects if no message is durable. `forEach` is called synchronously.
   * @param isRedrive also messages that were stuck are tried
   */
  take(forEach: EachMessage, isRedrive = false): Promise<Exceptions | null> {
    try {
      return this.handleBatch(forEach, isRedrive);
    } finally {
      this.inHand.end();
    }
  }

  private handleBatch(forEach: EachMessage, isRedrive: boolean): Promise<Exceptions | null> {
    const { identity, builder, limited } = this.deps;
    this.letters = new BatchLetters();
    this.retainedNotReadings = [];
    this.own = [];
    this.place = 0;
    this.isRedrive = isRedrive;
    const resendsBefore = identity.counts.resends;
    handleEach(forEach, limited, this);
    this.inHand.beginOther();
    const hasResends = identity.counts.resends > resendsBefore;
    const added = identity.takeAdded();
    const finished = builder.finish(added);
    const readings = finished ? this.append(finished.block, finished.columns, added) : null;
    if (!finished) this.sendAlone();
    const { letters, from } = this.letters;
    if (letters.length > 0) this.own.push({ messages: from, done: this.deps.deadLetters(letters) });
    // The original of a resend may still be in flight. If it fails, the resend has not been stored either.
    const before = hasResends ? Promise.all(this.inFlight) : Promise.allSettled(this.inFlight);
    const { retainedNotReadings } = this;
    const settled = settle([before, readings], this.own).then((unkept) =>
      unkept || retainedNotReadings.length > 0 ? { unkept, retainedNotReadings } : null,
    );
    this.inFlight.add(settled);
    const forget = () => void this.inFlight.delete(settled);
    settled.then(forget, forget);
    return settled;
  }

  get isCareful(): boolean {
    return this.inHand.isCareful;
  }

  /** Resolves when everything accepted so far is settled. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.inFlight);
  }

  handleKnown(message: RawMessage): boolean {
    if (this.isRedrive || message.form !== undefined) return false;
    this.inHand.begin(null);
    try {
      const route = this.deps.routes.known(message.topic);
      const schema = route ? this.readKnown(route, message) : null;
      if (!route || !schema) return false;
      this.add(schema, this.layouts.claim, message, route);
    } catch (error) {
      this.deadLetter(message, error);
    }
    this.counts.messages++;
    this.place++;
    return true;
  }

  isProbablyKnown({ topic, form }: RawMessage): boolean {
    const layouts = this.isRedrive || form !== undefined ? null : this.deps.routes.known(topic)?.layouts;
    return layouts ? layouts.layouts.length > 0 : false;
  }

  /** Reads a message of a known layout, in one pass over its bytes; returns its machine, or null for any other message. */
  private readKnown(route: Route, message: RawMessage): MachineSchema | null {
    if (!route.schema || !route.layouts || this.stuckMessages.has(message)) return null;
    const { schema, layouts } = route;
    return this.layouts.read(layouts, message.payload, schema, this.row) ? schema : null;
  }

  begin(message: RawMessage): Begun {
    const digest = this.inHand.digestOf(message);
    this.inHand.begin(digest);
    const begun: Begun = { message, digest, route: null, decoded: [], failure: null };
    const { isRedrive } = this;
    const { routes, strangers } = this.deps;
    try {
      if (this.inHand.isSuspect(message, digest)) this.deps.stuck?.(message);
      if (isRedrive) this.stuckMessages.forget(message);
      begun.route = message.form === undefined ? routes.find(message.topic, message) : routes.typed;
    } catch (error) {
      begun.failure = { error };
      if (!isRedrive) begun.route = strangers?.found(error, message) ?? null;
    }
    return begun;
  }

  read(begun: Begun): void {
    const { message, digest, route } = begun;
    if (!route) return;
    this.inHand.begin(digest);
    try {
      if (this.stuckMessages.has(message)) throw stuckError(message);
      begun.decoded = route.decoder.decode(message.payload, route.target);
    } catch (error) {
      begun.failure ??= { error };
    }
  }

  stuck(begun: Begun): void {
    const { message } = begun;
    this.stuckMessages.add(message);
    this.deps.stuck?.(message);
    begun.failure = { error: stuckError(message) };
  }

  handle({ message, digest, route, decoded, failure }: Begun): void {
    this.inHand.begin(digest);
    try {
      if (failure) this.deps.strangers?.read(failure.error, decoded);
      if (failure) throw failure.error;
      if (route) this.items(route, decoded, message);
    } catch (error) {
      this.deadLetter(message, error);
    }
    this.counts.messages++;
    this.place++;
  }

  private items(route: Route, decoded: readonly Decoded[], message: RawMessage): void {
    resolveTimes(decoded, message.receivedMs);
    const isAlone = decoded.length === 1;
    for (const [i, item] of decoded.entries()) {
      const of = isAlone ? message : partOf(message, i);
      try {
        this.item(route, item, isAlone, of);
      } catch (error) {
        if (!this.isRedrive) this.deps.strangers?.named(error, item, of);
        // In a message with several readings, only the bad one becomes a dead letter.
        this.deadLetter(isAlone ? message : ownMessage(item, of), error);
      }
    }
  }

  /** Processes one item of a message. */
  private item(route: Route, item: Decoded, isAlone: boolean, message: RawMessage): void {
    const { fields, watched } = this.deps;
    if (item.unreadable) {
      if (route.schema) fields.unreadable(route.schema, item.unreadable.refused, message.receivedMs);
      throw item.unreadable.error;
    }
    const schema = this.deps.routes.machineOf(route, item, message);
    if (watched?.isOn && !('values' in item)) watched.changed(schema, item, message);
    if (item.lifecycle || item.maintenance) {
      const told = item.lifecycle ?? item.maintenance;
      if (!route.storesAgain && isToldAgain(message, told)) return this.deps.retainedAgain?.(schema);
      const done = reported(this.deps, this.counts, schema, item, message);
      this.own.push({ messages: [this.place], done });
      return;
    }
    if (item.availability) return this.deps.builder.available(schema, item.availability.isOnline);
    if (item.faults) return this.keepFields(message, fields.faulty(schema, item, message));
    const { row } = this;
    fields.check(schema, item, row, message.receivedMs);
    const isNew = this.add(schema, item, message, route);
    const kept = isNew ? fields.accepted(schema, item, row, message.receivedMs) : [];
    this.keepFields(message, kept);
    // The layout of a message with a refused value would not hold for the next one that is right, and rounded numbers in
    // its fixed text would not be counted again.
    // Nor would a unit be compared that a layout passes over.
    const isPlain = isAlone && row.refused.length === 0 && !('rounded' in item) && !('units' in item);
    if (route.layouts && !this.isCareful && isPlain) {
      const { sensor } = route.target;
      this.layouts.learn(route.layouts, message.payload, { schema, sensor, reading: item, row });
    }
  }

  /** Returns false for a reading that was stored before. */
  private add(schema: MachineSchema, claim: ReadingClaim, message: RawMessage, route: Route): boolean {
    const outcome = this.placed(schema, claim, message, route);
    const { identity, watched } = this.deps;
    if (watched?.isOn) watched.reading(schema, claim, this.row, message, outcome, identity.ms);
    return outcome === 'stored';
  }

  private placed(schema: MachineSchema, claim: ReadingClaim, message: RawMessage, route: Route) {
    const { identity, builder } = this.deps;
    if (!route.storesAgain && isReadAgain(message, claim)) {
      this.deps.retainedAgain?.(schema);
      return 'again';
    }
    this.counts.fieldsIgnored += this.row.ignored;
    if (!identity.assign(schema, claim, this.row, message)) return 'resend';
    builder.add(schema, this.row, identity.ms, identity.ns);
    return 'stored';
  }

  private async append(block: Omit<Block, 'seq'>, columns: ColumnBatch, added: Uint32Array): Promise<void> {
    let seq: number;
    const send = this.toWindows.place();
    try {
      seq = await this.deps.journal(block);
    } catch (error) {
      this.deps.identity.forgetBlock(added);
      send(() => this.deps.windows(withoutRows(columns)));
      throw error;
    }
    this.counts.readings += columns.machineIndex.length;
    send(() => this.deps.windows(columns, seq));
  }

  /** Sends what the windows must know of a batch without rows. */
  private sendAlone(): void {
    const columns = this.deps.builder.finishColumns();
    if (columns) this.toWindows.place()(() => this.deps.windows(columns));
  }

  private deadLetter(message: RawMessage, error: unknown): void {
    if (message.retained !== undefined) this.retainedNotReadings.push(this.place);
    if (this.deps.watched?.isOn) this.deps.watched.refused(message, error);
    if (error instanceof UnknownMachine && error.isIgnored) return void this.counts.ignored++;
    this.keepLetter(message, error);
  }

  private keepFields(message: RawMessage, kept: readonly RefusedMessage[]): void {
    for (const [i, { error, ...own }] of kept.entries())
      this.keepLetter({ ...partOf(message, `field-${i}`), ...own }, error);
  }

  private keepLetter(message: RawMessage, error: unknown): void {
    this.counts.deadLetters++;
    this.letters.add(message, error, this.place);
  }
}
