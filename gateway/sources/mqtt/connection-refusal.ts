/** Reasons for which the broker refuses or closes a connection. Each is the key of a counter. */
export const refusalReasons = [
  'limit',
  'timeout',
  'version',
  'malformed',
  'oversize',
  'unfinished',
  'credentials',
  'account',
  'throttled',
  'busy',
  'client-id',
  'session-limit',
  'will',
  'will-limit',
  'publish',
  'keepalive',
  'slow',
  'intake',
  'stopping',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** An error that closes a connection. `returnCode` is the MQTT return code for CONNACK. */
export class ConnectionRefusal extends Error {
  readonly reason: RefusalReason;
  readonly returnCode: number;
  /** The reason code for a client of MQTT 5, where it is not that of `reason`. */
  readonly reasonCode: number | undefined;

  constructor(reason: RefusalReason, message: string, returnCode = 5, reasonCode?: number) {
    super(message);
    this.name = 'ConnectionRefusal';
    this.reason = reason;
    this.returnCode = returnCode;
    this.reasonCode = reasonCode;
  }
}
