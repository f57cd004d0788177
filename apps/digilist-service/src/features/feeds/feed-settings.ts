export const FEED_SETTINGS = Symbol('calendar feed settings');

export interface FeedSettings {
  /** Where people reach the gateway, e.g. `https://booking.example.no`. */
  readonly publicUrl: string;
}
