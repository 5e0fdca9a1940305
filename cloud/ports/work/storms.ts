/** Many machines of one site that are told of within minutes: a cause that they have in common is likely. */
export interface SiteStorm {
  site: string;
  /** Since when, in ms since 1970. */
  sinceMs: number;
  /** Machines of which an alert has opened since then. */
  machines: number;
  /** Machines of the site. */
  ofSite: number;
  /** The most frequent kinds of alerts. */
  kinds: readonly { what: string; count: number }[];
}
