// Optional comforts of the story form: a count beside headline and dek, a name for the body's editor.
const count = (field) => {
  const limit = Number(field.dataset.count);
  const note = document.createElement("span");
  note.className = "desk-count";
  note.setAttribute("aria-live", "polite");
  field.after(note);
  const show = () => {
    const length = [...field.value].length;
    note.textContent = length > limit ? `${length}, long: ${limit} read better` : `${length}`;
    note.classList.toggle("is-long", length > limit);
  };
  field.addEventListener("input", show);
  show();
};

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-count]").forEach(count);
});

document.addEventListener("prose-editor:ready", (event) => {
  const field = event.target.closest(".form-row") ?? document;
  const label = field.querySelector("label");
  const box = field.querySelector('[role="textbox"], .ProseMirror');
  if (!label || !box) return;
  label.id ||= "body-label";
  box.setAttribute("aria-labelledby", label.id);
});
