// What is this app's own in the modules it shares with the inspectors' (app/oversight/static/field).
export const NAME = "ocop-diary";
// Texts are posted to SYNC; the state and the photos stand under API.
export const API = "/api/v1/sync";
export const SYNC = API;
export const SCOPE = "/app/";
export const HOME = "/app/diary";
export const FILE = ["nhat-ky", "nhatky"];
