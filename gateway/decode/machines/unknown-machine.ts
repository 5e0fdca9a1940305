import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Decoder, DecodeTarget } from '../../ports/decode.ts';

/** The way in which a message of a machine would be read if the machine were known. */
export interface UnknownRoute {
  decoder: Decoder;
  target: DecodeTarget;
}

/** Thrown for a message of a machine that no rule names, or that people have said to ignore. */
export class UnknownMachine extends HarbingerError {
  readonly site: string;
  readonly machine: string;
  readonly isIgnored: boolean;
  /** Set where the topic names the machine, so that nothing of the message has been read yet. */
  route: UnknownRoute | null = null;

  constructor(site: string, machine: string, isIgnored: boolean) {
    const named = `${site}/${machine}`;
    super(
      isIgnored ? 'MACHINE_IGNORED' : 'MACHINE_UNKNOWN',
      'contract',
      isIgnored
        ? `people have said to ignore '${named}' (harbinger machines ignore)`
        : `no rule says what type of machine '${named}' is: add it under [[machines]], or harbinger machines accept ${named} --type TYPE`,
    );
    this.site = site;
    this.machine = machine;
    this.isIgnored = isIgnored;
  }
}
