/** The QoS 2 messages of one session that were received and not released (PUBREL) yet. */

type Done = (error?: Error | null) => void;

/** One QoS 2 message of a session. */
export class IncomingMessage {
  readonly messageId: number;
  /** Digest of topic and payload; null if an earlier version of the gateway did not record it. */
  readonly content: string | null;
  /** The number of the connection on which it, or its latest copy, arrived. */
  connection: number;
  /** The key of its record; null if it has none. */
  key: string | null = null;
  /** When (monotonic) its id was released for another connection's message; null if it was not. */
  leftMs: number | null = null;
  /** True once it is durable, so that PUBREC may be sent. */
  isReceived = false;
  private readonly waiting: Done[] = [];

  constructor(messageId: number, content: string | null, connection: number) {
    this.messageId = messageId;
    this.content = content;
    this.connection = connection;
  }

  /** Calls `done` once the message is durable, or with an error if it could not be stored. */
  whenReceived(done: Done): void {
    if (this.isReceived) done(null);
    else this.waiting.push(done);
  }

  settle(error: Error | null): void {
    this.isReceived = error === null;
    for (const done of this.waiting.splice(0)) done(error);
  }
}

/** The messages of one session, by packet id, in the order of their arrival. */
export class SessionMessages {
  size = 0;
  private readonly total: { messages: number };
  private readonly byId = new Map<number, IncomingMessage[]>();
  /** The messages of each connection, the oldest connection and message first. */
  private readonly byConnection = new Map<number, Set<IncomingMessage>>();

  /** @param total counts the messages of all sessions */
  constructor(total: { messages: number }) {
    this.total = total;
  }

  *all(): Generator<IncomingMessage> {
    for (const messages of this.byId.values()) yield* messages;
  }

  add(message: IncomingMessage): void {
    const others = this.byId.get(message.messageId);
    if (others) others.push(message);
    else this.byId.set(message.messageId, [message]);
    this.size += 1;
    this.total.messages += 1;
    this.ofConnection(message.connection).add(message);
  }

  remove(message: IncomingMessage): void {
    const messages = this.byId.get(message.messageId);
    const at = messages?.indexOf(message) ?? -1;
    if (!messages || at < 0) return;
    messages.splice(at, 1);
    if (messages.length === 0) this.byId.delete(message.messageId);
    this.size -= 1;
    this.total.messages -= 1;
    this.leave(message);
  }

  /** Notes that the message, or a copy of it, has arrived on another connection. */
  move(message: IncomingMessage, connection: number): void {
    if (message.connection === connection) return;
    this.leave(message);
    message.connection = connection;
    this.ofConnection(connection).add(message);
  }

  clear(): void {
    this.total.messages -= this.size;
    this.size = 0;
    this.byId.clear();
    this.byConnection.clear();
  }

  has(message: IncomingMessage): boolean {
    return this.byId.get(message.messageId)?.includes(message) === true;
  }

  find(messageId: number, content: string | null): IncomingMessage | undefined {
    const messages = this.byId.get(messageId);
    return messages?.find((message) => message.content === null || message.content === content);
  }

  /** Removes the messages with this id that were left before a (monotonic) time. */
  dropLeftBefore(messageId: number, beforeMs: number): void {
    const messages = this.byId.get(messageId);
    if (!messages) return;
    const left = messages.filter(({ leftMs }) => leftMs !== null && leftMs < beforeMs);
    for (const message of left) this.remove(message);
  }

  /** The messages with this id that are received and not left. */
  received(messageId: number): IncomingMessage[] {
    return this.byId.get(messageId)?.filter(({ isReceived, leftMs }) => isReceived && leftMs === null) ?? [];
  }

  countOfId(messageId: number): number {
    return this.byId.get(messageId)?.length ?? 0;
  }

  countOf(connection: number): number {
    return this.byConnection.get(connection)?.size ?? 0;
  }

  oldestNotOf(connection: number): IncomingMessage | undefined {
    for (const [other, messages] of this.byConnection)
      if (other !== connection) return messages.values().next().value;
    return undefined;
  }

  private ofConnection(connection: number): Set<IncomingMessage> {
    const known = this.byConnection.get(connection) ?? new Set();
    this.byConnection.set(connection, known);
    return known;
  }

  private leave(message: IncomingMessage): void {
    const messages = this.byConnection.get(message.connection);
    messages?.delete(message);
    if (messages?.size === 0) this.byConnection.delete(message.connection);
  }
}
