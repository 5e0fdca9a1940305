import type { Random } from '../../shared/runtime/random.ts';

/** One input: what is sent to a part of the product, in order. Most targets take one piece. */
export type Input = readonly Buffer[];

/** A part of the product that takes what others send. */
export interface Target {
  readonly kind: string;
  /** Draws an input that is nearly right. The same chance gives the same input. */
  draw(random: Random): Input;
  /** Gives the input to the product; resolves when that is done with it. @throws Error that says what is wrong */
  take(input: Input): Promise<void>;
  /** Bytes by which the work for an input is measured: of a packed one, those that it has when it is unpacked. Its length by default. */
  sizeOf?(input: Input): number;
  /** Checks that a right sender is still served. @throws Error */
  check?(): Promise<void>;
  close(): Promise<void>;
}
