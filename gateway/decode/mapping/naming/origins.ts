import { HarbingerError } from '../../../../shared/runtime/errors.ts';

/** Limit of machines whose text is remembered; beyond it all are forgotten. */
const machinesMax = 20_000;

/**
 * Texts from which the names of machines were made. Names have fewer signs than texts, so that `Line A` and `Line_A` have one name:
 * readings of two devices would become one series. The first text has the name; messages with another are refused.
 */
export class Origins {
  private readonly texts = new Map<string, string>();

  /** @param text that from which the name `machine` was made @throws HarbingerError DECODE_NAME_TWICE */
  claim(site: string, machine: string, text: string): void {
    const key = `${site}/${machine}`;
    const known = this.texts.get(key);
    if (known === text) return;
    if (known !== undefined && known.normalize('NFC') !== text.normalize('NFC'))
      throw new HarbingerError(
        'DECODE_NAME_TWICE',
        'decode',
        `two devices would be the machine '${key}': '${known.slice(0, 64)}', which came first, and '${text.slice(0, 64)}': rename one of them, let the mapping name it otherwise, or give it a site of its own; if it is one device that was renamed, restart the gateway`,
      );
    if (this.texts.size >= machinesMax) this.texts.clear();
    this.texts.set(key, text);
  }
}
