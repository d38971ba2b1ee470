// Whose colours are whose; of several people, the one that is followed is chosen here.
function makeLegend(host, data, onChoice) {
  if (data.people.length === 0) host.hidden = true;
  if (data.people.length < 2) return { show: () => {} };
  const buttons = data.people.map((person) => makeButton(person, onChoice));
  const people = document.createElement("li");
  people.append(...buttons);
  const sides = document.createElement("li");
  sides.textContent = "left lighter, right darker";
  host.replaceChildren(people, sides);

  function show(chosen) {
    buttons.forEach((button, number) => button.setAttribute("aria-pressed", data.people[number] === chosen));
  }

  return { show };
}

function makeButton(person, onChoice) {
  const button = document.createElement("button");
  button.textContent = person.id;
  button.setAttribute("aria-label", `person ${person.id}`);
  for (const side of ["left", "right"]) {
    button.style.setProperty(`--${side}-half`, `var(${colourName(person, side)})`);
  }
  button.addEventListener("click", () => onChoice(person));
  return button;
}
