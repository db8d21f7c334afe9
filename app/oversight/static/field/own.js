// What is the inspectors' own in the modules they share with the diary (app/diary/static/shell).
export const NAME = "ocop-field";
export const API = "/api/v1/inspections";
export const SYNC = `${API}/sync`;
export const SCOPE = "/inspections/";
export const HOME = "/inspections/app";
export const FILE = ["kiem-tra", "kiemtra"];
