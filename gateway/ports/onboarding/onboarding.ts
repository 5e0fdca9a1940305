/**
 * Onboarding (gateway/ports/onboarding): machines that no rule names, what is known of them, and how people take them in. Here:
 * the interfaces; what is done is in gateway/onboarding.
 */

/** One field of the messages of a machine that waits. */
export interface FieldSummary {
  name: string;
  /** Readings that had it, of those that were looked at. */
  count: number;
  /** How often it was a number (also as text), another text, true or false, or something else. */
  numbers: number;
  texts: number;
  booleans: number;
  others: number;
  /** The range of its numbers; null if it had none. */
  low: number | null;
  high: number | null;
  isWhole: boolean;
  /** How often a number was above, or below, the one before. */
  rises: number;
  falls: number;
  /** Different texts, at most eight. */
  states: string[];
  hasMoreStates: boolean;
  last: string;
}

/** A machine that no rule names, and that has sent something. */
export interface WaitingMachine {
  site: string;
  machine: string;
  /** When it was heard first and last, in ms since 1970. */
  firstMs: number;
  lastMs: number;
  /** Messages since the gateway started; what was held before was looked at in part. */
  messages: number;
  /** Dead letters that hold its messages. */
  held: number;
  topics: string[];
  /** The user that sent last, or the client if there is none. */
  sender: string;
  /** The usual time between two messages; null if that is not known yet. */
  stepMs: number | null;
  fields: FieldSummary[];
  /** It has more fields than are looked at. */
  hasMoreFields: boolean;
  /** The beginnings of a few of its messages. */
  samples: string[];
}

/** The person who has asked for a change, and the address that the request came from. */
export interface WhoAsks {
  by: string;
  address: string;
  note?: string;
}

/** Machines that people have taken in (`type`), or said to ignore (null), as a name or a pattern `site/machine`. */
export interface DeclaredRule extends WhoAsks {
  match: string;
  type: string | null;
  atMs: number;
}

export interface AcceptedMachines {
  /** Dead letters that were sent again; how many of them failed once more. */
  redriven: number;
  failedAgain: number;
  /** Letters for which there was no time: ask again. */
  left: number;
  /** Machines that had any. */
  machines: string[];
}

/** Operations of the data thread, which knows the types of the start and those that it was told since. */
export interface OnboardingData {
  waiting(limit: number): Promise<{ machines: WaitingMachine[]; notListed: number }>;
  /** @throws HarbingerError ONBOARDING_* */
  accept(rule: { match: string; type: string }, who: WhoAsks): Promise<AcceptedMachines>;
  /** Returns the machines, `site/machine`, that were taken in before. */
  ignore(match: string, who: WhoAsks): Promise<{ machines: string[] }>;
  declared(): Promise<DeclaredRule[]>;
  /** Takes back what was accepted or ignored; returns the machines, `site/machine`, that were known by that alone. */
  undo(match: string, who: WhoAsks): Promise<{ isKnown: boolean; machines: string[] }>;
}

/** Operations for people. */
export interface OnboardingAdmin extends OnboardingData {
  /** Machines that were taken in before are forgotten; what is stored of them stays. */
  ignore(match: string, who: WhoAsks): Promise<{ machines: string[] }>;
  /** Takes back what was accepted or ignored; machines that were known by it are forgotten until they send again. */
  undo(match: string, who: WhoAsks): Promise<{ isKnown: boolean; machines: string[] }>;
}
