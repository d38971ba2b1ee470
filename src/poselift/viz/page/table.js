// All that the page knows of joints, as a table: millimetres, x to the camera's right, y up, z towards the camera.
const STATUS_NAMES = ["seen", "filled", "guessed"];

function tableOf(data) {
  const rows = ["frame,time_s,person,joint,x_right_mm,y_up_mm,z_to_camera_mm,confidence,status"];
  for (let frame = 0; frame < data.frames; frame += 1) {
    for (const person of data.people) {
      if (statusAt(person, frame) !== 0) rows.push(...rowsOf(data, person, frame));
    }
  }
  return `${rows.join("\n")}\n`;
}

function rowsOf(data, person, frame) {
  const first = (frame - person.first_frame) * person.joints.length;
  const statuses = jointStatusAt(person, frame);
  return jointsAt(person, frame, rootKnown(person, frame) ? null : person).map((place, joint) => {
    const places = place ? place.map((metres) => (1000 * metres).toFixed(1)) : ["", "", ""];
    const confidence = person.confidence ? (person.confidence[first + joint] / 255).toFixed(2) : "";
    const name = `"${person.joints[joint].replaceAll('"', '""')}"`;
    const when = [frame, data.time_s[frame], person.id, name];
    return [...when, ...places, confidence, STATUS_NAMES[statuses[joint]]].join(",");
  });
}

function saveTable(data, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([tableOf(data)], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
