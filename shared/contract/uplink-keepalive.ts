/**
 * Seconds between the signs of life of a gateway's connection to its cloud (MQTT's keep-alive). A cloud that hears nothing
 * for one and a half times as long closes the connection.
 */
export const uplinkKeepaliveS = 30;
