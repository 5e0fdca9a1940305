/** The rights of one connected client. */
export interface Rights {
  user: string;
  /** Never true for `$SYS` and the like, and for topics on which the gateway itself publishes. */
  mayPublish(topic: string): boolean;
  /** True if the subscription lies within one permitted filter. Topics such as `$SYS` need a filter that names them. */
  maySubscribe(filter: string): boolean;
}
