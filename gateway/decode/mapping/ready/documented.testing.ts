/** A message as its maker documents it, and what is stored of it. */
export interface Documented {
  mapping: string;
  /** The page that the message follows, by its name; or where else it is from. */
  from: string;
  topic: string;
  payload: unknown;
  means: object[];
  /** Fields that are logged as not mapped. */
  left?: string[];
}
