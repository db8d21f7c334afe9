// How a question and its answer read.
import { NOT_APPLICABLE } from "./checks.js";
import { figure, labelled, t } from "./words.js";

export const asks = (one) => labelled({ label: one.text, label_en: one.text_en });

// What an answer reads as.
export function said(one, value) {
  if (value === undefined || value === null || value === "") return "–";
  if (value === NOT_APPLICABLE) return t("answer_na");
  if (one.kind === "yes_no") return t(`answer_${value}`);
  if (one.kind === "choice") return labelled(one.choices.find((each) => each.value === value) || { label: value });
  return one.unit ? `${typeof value === "number" ? figure(value) : value} ${one.unit}` : String(value);
}
