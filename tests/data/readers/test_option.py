from poselift.data.readers.option import Option


def test_a_flag_is_made_of_the_arguments_name_unless_it_is_given():
    assert Option("Most frames.").flag == ""
    assert Option("Subjects.", flag="--val").flag == "--val"
