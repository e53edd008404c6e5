/**
 * A view as elements. Every field has a label, every error is announced and tied to its field, the
 * keyboard reaches everything; nothing is written as HTML, so no text from anywhere can become markup.
 */
/** Draws a view. */
export function draw(view, tools) {
  const { form, links = [], content, hint = "" } = view;
  const title = make("h1", { part: "title", id: "title", tabIndex: -1 }, view.title);
  const alert = make("div", { className: "alert", part: "alert", role: "alert" });
  const status = make("p", { className: "status", part: "status", role: "status" });
  const card = make("section", { className: "card", part: "card" }, slot("header"), title);
  card.setAttribute("aria-labelledby", "title");
  if (hint !== "") {
    card.append(make("p", { className: "hint", part: "hint" }, hint));
  }
  if (content) {
    card.append(content);
  }
  const rows = form?.fields.map((field) => row(field, tools)) ?? [];
  if (form) {
    card.append(formElement(form, rows, tools, [alert, status]));
  } else {
    card.append(alert, status);
  }
  if (view.hasChoices && tools.choices.length > 0) {
    card.append(choices(tools, form !== undefined));
  }
  if (links.length > 0) {
    const nav = make("div", { className: "links" });
    nav.append(...links.map((link) => button(link, "link", tools)));
    card.append(nav);
  }
  card.append(slot("footer"));
  return {
    card,
    showProblem(problem) {
      const errors = typeof problem === "object" ? problem : [];
      for (const { field, showError } of rows) {
        showError(errors.find(({ id }) => id === field.id)?.error ?? "");
      }
      const others = errors.filter(({ id }) => rows.every(({ field }) => field.id !== id));
      alert.textContent =
        typeof problem === "string" ? problem : others.map(({ error }) => error).join(" ");
      focusFirstInvalid(rows);
    },
    showNotice(text) {
      status.textContent = text;
    },
    setBusy(isBusy) {
      for (const one of card.querySelectorAll("button")) {
        one.toggleAttribute("data-busy", isBusy);
        one.setAttribute("aria-disabled", String(isBusy));
      }
      if (isBusy) {
        alert.textContent = "";
      }
      status.textContent = isBusy ? tools.texts.working : "";
    },
    focus: () => (rows[0]?.input ?? title).focus(),
    takeOver(before, focused) {
      for (const { input } of rows) {
        const old = before.querySelector(`#${CSS.escape(input.id)}`);
        if (old) {
          input.value = old.value;
        }
        if (input.id === focused) {
          input.focus();
          if (old?.selectionStart != null && input.selectionStart != null) {
            input.setSelectionRange(old.selectionStart, old.selectionEnd);
          }
        }
      }
      const problem = before.querySelector("[role=alert]")?.textContent;
      if (problem) {
        alert.textContent = problem;
      }
    },
  };
}
function formElement({ submit, send }, rows, { run, texts }, voices) {
  const go = make("button", { className: "submit", part: "submit", type: "submit" }, submit);
  const elements = rows.map(({ element }) => element);
  const form = make("form", { noValidate: true }, ...elements, ...voices, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const { field, input, showError } of rows) {
      showError(field.optional || input.value.trim() !== "" ? "" : texts.missing);
    }
    if (!focusFirstInvalid(rows)) {
      const values = Object.fromEntries(rows.map(({ field, input }) => [field.id, input.value]));
      run(() => send(values));
    }
  });
  return form;
}
function row(field, { texts, contact, onContact }) {
  const { id, type = "text" } = field;
  const input = make("input", { id, name: id, type, part: "input", required: !field.optional });
  input.autocomplete = field.autocomplete ?? "on";
  input.inputMode = field.inputMode ?? "";
  const label = make("label", { htmlFor: id, part: "label" }, field.label);
  const control = make("div", { className: "control" }, input);
  if (id === "email" || id === "contact") {
    input.value = contact;
    input.setAttribute("autocapitalize", "none");
    input.spellcheck = false;
    input.addEventListener("input", () => onContact(input.value));
  }
  if (type === "password") {
    control.append(showButton(input, texts));
  }
  const note = make("p", { className: "note", id: `${id}-note`, part: "note" }, field.note ?? "");
  const error = make("p", { className: "note error", id: `${id}-error`, part: "error" });
  error.setAttribute("aria-live", "polite");
  input.setAttribute("aria-describedby", `${id}-error ${id}-note`);
  const showError = (text) => {
    error.textContent = text;
    input.setAttribute("aria-invalid", String(text !== ""));
  };
  return { field, input, element: make("div", {}, label, control, error, note), showError };
}
function showButton(input, texts) {
  const toggle = make("button", { className: "show", type: "button" }, texts.show);
  toggle.setAttribute("aria-label", texts.showPassword);
  toggle.setAttribute("aria-pressed", "false");
  toggle.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    toggle.textContent = shown ? texts.hide : texts.show;
    toggle.setAttribute("aria-pressed", String(shown));
  });
  return toggle;
}
function choices(tools, afterForm) {
  const list = make("div", { className: "choices", part: "choices" });
  if (afterForm) {
    list.append(make("p", { className: "or" }, tools.texts.or));
  }
  list.append(...tools.choices.map((choice) => button(choice, "choice", tools)));
  return list;
}
function button({ text, act }, kind, tools) {
  const element = make("button", { className: kind, part: kind, type: "button" }, text);
  element.addEventListener("click", () => {
    if (typeof act === "string") {
      tools.go(act);
    } else {
      tools.run(act);
    }
  });
  return element;
}
function focusFirstInvalid(rows) {
  const first = rows.find(({ input }) => input.getAttribute("aria-invalid") === "true");
  first?.input.focus();
  return first !== undefined;
}
function slot(name) {
  return make("slot", { name });
}
/** An element with its properties and children. */
export function make(tag, { part, ...properties }, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  if (part !== undefined) {
    element.setAttribute("part", part);
  }
  element.append(...children);
  return element;
}
