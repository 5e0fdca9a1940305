/** A message as its maker documents it, and what is stored of it. */
export interface Documented {
  mapping: string;
  topic: string;
  payload: unknown;
  means: object[];
  /** Fields that are logged as not mapped. */
  left?: string[];
}
